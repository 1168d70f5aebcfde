"""Which message of a station is let in, judged how strictly, answered by what: in every version alike.

Messages of a transaction are never refused: shipped stations throw a transaction away after one CALLERROR.
Everything else is refused only where a needed field is missing or of another JSON type; longer texts, unknown
properties and odd spellings of a time are let in and logged.
Spec: OCPP-J 1.6, errata 3.8, and OCPP 2.0.1 B02.FR.09 (nothing but BootNotification before acceptance).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Final, Generic

from ocpp.exceptions import NotImplementedError as UnknownActionError
from ocpp.exceptions import NotSupportedError, ProtocolError, SecurityError, TypeConstraintViolationError

from cpo_adapter.ocpp import validation
from cpo_adapter.ocpp.casing import payload
from cpo_adapter.ocpp.events import Origin
from cpo_adapter.ocpp.framing import Call, Payload
from cpo_adapter.ocpp.refusal import Coded, Refusal
from cpo_adapter.ocpp.request import Handler, LetIn
from cpo_adapter.ocpp.rooms import StationWatch
from cpo_adapter.ocpp.v16.reading import moment
from cpo_adapter.ocpp.validation import Gravity, Part
from ocpi.process import logs
from ocpi.process.clock import Clock
from schemas.codec import Json

_log = logs.logger(__name__)

_REFUSALS: Final[Mapping[Gravity, type[Coded]]] = MappingProxyType(
    {Gravity.MISSING: ProtocolError, Gravity.WRONG_TYPE: TypeConstraintViolationError}
)


class Inbound(Generic[LetIn]):
    """One for all stations: it keeps nothing of any of them.

    A version names the module of the `ocpp` package that holds its `schemas`, its `actions` in either
    direction, and those that are `never_refused`.
    """

    schemas: ClassVar[str]
    actions: ClassVar[Collection[str]]
    never_refused: ClassVar[frozenset[str]]

    def __init__(
        self,
        *,
        let_in: type[LetIn],
        table: Mapping[str, Handler[LetIn]],
        stations: StationWatch,
        clock: Clock,
    ) -> None:
        """`let_in` is how the version reads a request, `table` who answers which action."""
        self._let_in = let_in
        self._table = table
        self._stations = stations
        self._clock = clock

    async def answer(self, station: str, call: Call, heard_at: datetime) -> Payload:
        handler = self._table.get(call.action)
        if handler is None:
            raise self._unknown(call.action)
        self._check_admission(station, call.action)
        origin, request = Origin(station, heard_at, call.frame), self._judged(station, call)
        self._note_time(origin, request)
        answer = payload(await handler(self._let_in(origin, call.action, request)))
        validation.must_fit(self.schemas, call.action, Part.RESPONSE, answer)
        return answer

    def _check_admission(self, station: str, action: str) -> None:
        is_free = action in self.never_refused or action == "BootNotification"
        if not is_free and not self._stations.is_accepted(station):
            raise Refusal(SecurityError, "BootNotification has to be accepted first")

    def _note_time(self, origin: Origin, request: Payload) -> None:
        """Of what is said live. Readings have their times inside."""
        readings = request.get("meterValue")
        newest = readings[-1] if isinstance(readings, list) and readings else None
        told = request.get("timestamp") or (newest.get("timestamp") if isinstance(newest, dict) else None)
        at = moment(told)
        if at is not None and request.get("offline") is not True:
            self._stations.said_time(origin.station, at, origin.received_at)

    def _judged(self, station: str, call: Call) -> Payload:
        """The payload without its nulls. Raises Refusal, unless the action is never refused."""
        request = _without_nulls(call.payload)
        for problem in validation.problems(self.schemas, call.action, Part.REQUEST, request):
            refusal = _REFUSALS.get(problem.gravity)
            if refusal is not None and call.action not in self.never_refused:
                raise Refusal(refusal, str(problem))
            _log.info(
                "station strayed from the schema", station=station, action=call.action, problem=str(problem)
            )
        return request if isinstance(request, dict) else {}

    def _unknown(self, action: str) -> Refusal:
        """An action that nobody knows is told from one that goes the other way."""
        if action in self.actions:
            return Refusal(NotSupportedError, f"{action} is for stations")
        return Refusal(UnknownActionError, "no such action")


def _without_nulls(value: Json) -> Json:
    """Stations write null where they mean absent."""
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item is not None}
    return value
