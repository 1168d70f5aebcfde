"""A CALL of a station that was let in, and who answers it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.events import Origin
from cpo_adapter.ocpp.framing import Payload


@dataclass(frozen=True, slots=True)
class Request:
    """Each version reads the payload in its own way."""

    origin: Origin
    action: str
    payload: Payload


LetIn = TypeVar("LetIn", bound=Request)
Handler: TypeAlias = Callable[[LetIn], Awaitable[OcppDataclass]]
