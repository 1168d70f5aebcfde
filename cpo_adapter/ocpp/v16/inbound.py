"""The door of OCPP 1.6: which message is let in, judged how strictly, answered by what.

StartTransaction, MeterValues and StopTransaction are never refused: shipped stations throw a transaction away
after one CALLERROR. Everything else is refused only where a needed field is missing or of another JSON type;
longer texts, unknown properties and odd spellings of a time are let in and logged.
Spec: OCPP-J 1.6, CallError; errata 3.8 (nothing but BootNotification before acceptance) and 5.2 (names of
errors).
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from ocpp.exceptions import (
    FormationViolationError,
    NotSupportedError,
    ProtocolError,
    SecurityError,
    TypeConstraintViolationError,
)
from ocpp.exceptions import NotImplementedError as UnknownActionError
from ocpp.v16.enums import Action

from cpo_adapter.ocpp import framing, validation
from cpo_adapter.ocpp.casing import payload
from cpo_adapter.ocpp.events import Origin
from cpo_adapter.ocpp.framing import Call, Flaw, Payload, Unreadable
from cpo_adapter.ocpp.refusal import Coded, Refusal
from cpo_adapter.ocpp.rooms import StationWatch
from cpo_adapter.ocpp.v16.handlers import Handlers, Request
from cpo_adapter.ocpp.validation import Gravity, Part
from ocpi.process import logs
from ocpi.process.clock import Clock
from schemas.codec import Json

_log = logs.logger(__name__)

SCHEMAS = "v16"
"""The module of the `ocpp` package."""

START = "StartTransaction"

TRANSACTION = frozenset({START, "MeterValues", "StopTransaction"})

_REFUSALS: Mapping[Gravity, type[Coded]] = MappingProxyType(
    {Gravity.MISSING: ProtocolError, Gravity.WRONG_TYPE: TypeConstraintViolationError}
)


class Inbound:
    """One for all stations: it keeps nothing of any of them."""

    def __init__(self, *, handlers: Handlers, stations: StationWatch, clock: Clock) -> None:
        self._handlers = handlers.table()
        self._stations = stations
        self._clock = clock

    async def answer(self, station: str, call: Call, heard_at: datetime) -> Payload:
        handler = self._handlers.get(call.action)
        if handler is None:
            raise _unknown(call.action)
        self._check_admission(station, call.action)
        origin = Origin(station, heard_at, call.frame)
        answer = payload(await handler(Request(origin, call.action, self._judged(station, call))))
        validation.must_fit(SCHEMAS, call.action, Part.RESPONSE, answer)
        return answer

    def bare_answer(self, action: str, number: int) -> Payload:
        return {"transactionId": number, "idTagInfo": {"status": "Invalid"}} if action == START else {}

    def answer_unreadable(self, unreadable: Unreadable) -> str | None:
        """1.6 ignores what nobody can be waiting for; a CALL with an id gets its error."""
        if unreadable.message_id is None or unreadable.flaw is Flaw.UNKNOWN_TYPE:
            return None
        return framing.call_error(unreadable.message_id, FormationViolationError.code, unreadable.flaw.value)

    def _check_admission(self, station: str, action: str) -> None:
        if action in TRANSACTION or action == "BootNotification" or self._stations.is_accepted(station):
            return
        raise Refusal(SecurityError, "BootNotification has to be accepted first")

    def _judged(self, station: str, call: Call) -> Payload:
        """The payload without its nulls. Raises Refusal, unless the action is never refused."""
        request = _without_nulls(call.payload)
        for problem in validation.problems(SCHEMAS, call.action, Part.REQUEST, request):
            refusal = _REFUSALS.get(problem.gravity)
            if refusal is not None and call.action not in TRANSACTION:
                raise Refusal(refusal, str(problem))
            _log.info(
                "station strayed from the schema", station=station, action=call.action, problem=str(problem)
            )
        return request if isinstance(request, dict) else {}


def _unknown(action: str) -> Refusal:
    """1.6 tells an action that nobody knows from one that goes the other way."""
    if action in Action.__members__.values():
        return Refusal(NotSupportedError, f"{action} is for stations")
    return Refusal(UnknownActionError, "no such action")


def _without_nulls(value: Json) -> Json:
    """Stations write null where they mean absent."""
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item is not None}
    return value
