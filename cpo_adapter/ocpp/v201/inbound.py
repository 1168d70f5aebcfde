"""The door of OCPP 2.x: which message is let in, judged how strictly, answered by what.

TransactionEvent and MeterValues are never refused: shipped stations throw a transaction away after one
CALLERROR. Everything else is refused only where a needed field is missing or of another JSON type.
Spec: OCPP 2.0.1 part 4, 4.2.3 (a message id that cannot be read is "-1") and 4.3 (CALLERROR, its codes);
B02.FR.09 (nothing but BootNotification before acceptance).
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Final

from ocpp.exceptions import NotImplementedError as UnknownActionError
from ocpp.exceptions import (
    NotSupportedError,
    ProtocolError,
    SecurityError,
    TypeConstraintViolationError,
)
from ocpp.v201.enums import Action

from cpo_adapter.ocpp import framing, validation
from cpo_adapter.ocpp.casing import payload
from cpo_adapter.ocpp.events import Origin
from cpo_adapter.ocpp.framing import Call, Flaw, Payload, Unreadable
from cpo_adapter.ocpp.refusal import Coded, Refusal
from cpo_adapter.ocpp.rooms import StationWatch
from cpo_adapter.ocpp.v201.handlers import Handlers
from cpo_adapter.ocpp.v201.request import Handler, Request
from cpo_adapter.ocpp.validation import Gravity, Part
from ocpi.process import logs
from ocpi.process.clock import Clock
from schemas.codec import Json

_log = logs.logger(__name__)

TRANSACTION: Final = frozenset({"TransactionEvent", "MeterValues"})

_NO_ID: Final = "-1"
_REFUSALS: Mapping[Gravity, type[Coded]] = MappingProxyType(
    {Gravity.MISSING: ProtocolError, Gravity.WRONG_TYPE: TypeConstraintViolationError}
)


class Inbound:
    """One for all stations: it keeps nothing of any of them."""

    schemas: ClassVar[str] = "v201"
    actions: ClassVar[frozenset[str]] = frozenset(action.value for action in Action)

    def __init__(self, *, handlers: Handlers, stations: StationWatch, clock: Clock) -> None:
        self._handlers: Mapping[str, Handler] = handlers.table()
        self._keep = handlers.keep
        self._stations = stations
        self._clock = clock

    async def answer(self, station: str, call: Call, heard_at: datetime) -> Payload:
        handler = self._handlers.get(call.action)
        if handler is None:
            raise self._unknown(call.action)
        self._check_admission(station, call.action)
        origin = Origin(station, heard_at, call.frame)
        answer = payload(await handler(Request(origin, call.action, self._judged(station, call))))
        validation.must_fit(self.schemas, call.action, Part.RESPONSE, answer)
        return answer

    def bare_answer(self, _: str, __: int) -> Payload:
        """Of a card nothing is said: the station has let it charge."""
        return {}

    def answer_unreadable(self, unreadable: Unreadable) -> str | None:
        """An answer is not answered, however broken: two sides would never stop."""
        if unreadable.is_answer:
            return None
        code = "MessageTypeNotSupported" if unreadable.flaw is Flaw.UNKNOWN_TYPE else "RpcFrameworkError"
        return framing.call_error(unreadable.message_id or _NO_ID, code, unreadable.flaw.value)

    def _check_admission(self, station: str, action: str) -> None:
        if action in TRANSACTION or action == "BootNotification" or self._stations.is_accepted(station):
            return
        raise Refusal(SecurityError, "BootNotification has to be accepted first")

    def _judged(self, station: str, call: Call) -> Payload:
        """The payload without its nulls. Raises Refusal, unless the action is never refused."""
        request = _without_nulls(call.payload)
        for problem in validation.problems(self.schemas, call.action, Part.REQUEST, request):
            refusal = _REFUSALS.get(problem.gravity)
            if refusal is not None and call.action not in TRANSACTION:
                raise Refusal(refusal, str(problem))
            _log.info(
                "station strayed from the schema", station=station, action=call.action, problem=str(problem)
            )
        return request if isinstance(request, dict) else {}

    def _unknown(self, action: str) -> Refusal:
        if action in self.actions:
            return Refusal(NotSupportedError, f"{action} is for stations")
        return Refusal(UnknownActionError, "no such action")


def _without_nulls(value: Json) -> Json:
    """Stations write null where they mean absent."""
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item is not None}
    return value
