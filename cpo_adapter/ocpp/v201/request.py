"""A CALL of a 2.x station that was let in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.events import Origin
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.v201.reading import Reading


@dataclass(frozen=True, slots=True)
class Request:
    origin: Origin
    action: str
    payload: Payload

    def reading(self) -> Reading:
        return Reading(self.payload, self.origin.received_at)


Handler: TypeAlias = Callable[[Request], Awaitable[OcppDataclass]]
