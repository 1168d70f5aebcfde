"""A CALL of a 2.x station that was let in."""

from dataclasses import dataclass
from typing import TypeAlias

from cpo_adapter.ocpp import request
from cpo_adapter.ocpp.v201.reading import Reading


@dataclass(frozen=True, slots=True)
class Request(request.Request):
    def reading(self) -> Reading:
        return Reading(self.payload, self.origin.received_at)


Handler: TypeAlias = request.Handler[Request]
