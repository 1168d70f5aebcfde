"""The door of OCPP 1.6, where it differs from that of other versions.

Spec: OCPP-J 1.6, CallError; errata 5.2 (names of errors).
"""

from typing import ClassVar

from ocpp.exceptions import FormationViolationError
from ocpp.v16.enums import Action

from cpo_adapter.ocpp import framing, inbound
from cpo_adapter.ocpp.framing import Flaw, Payload, Unreadable
from cpo_adapter.ocpp.rooms import StationWatch
from cpo_adapter.ocpp.v16.handlers import Handlers, Request
from ocpi.process.clock import Clock

START = "StartTransaction"


class Inbound(inbound.Inbound[Request]):
    schemas: ClassVar[str] = "v16"
    actions: ClassVar[frozenset[str]] = frozenset(action.value for action in Action)
    never_refused: ClassVar[frozenset[str]] = frozenset({START, "MeterValues", "StopTransaction"})

    def __init__(self, *, handlers: Handlers, stations: StationWatch, clock: Clock) -> None:
        super().__init__(let_in=Request, table=handlers.table(), stations=stations, clock=clock)

    def bare_answer(self, action: str, number: int) -> Payload:
        return {"transactionId": number, "idTagInfo": {"status": "Invalid"}} if action == START else {}

    def answer_unreadable(self, unreadable: Unreadable) -> str | None:
        """1.6 ignores what nobody can be waiting for; a CALL with an id gets its error."""
        if unreadable.message_id is None or unreadable.flaw is Flaw.UNKNOWN_TYPE:
            return None
        return framing.call_error(unreadable.message_id, FormationViolationError.code, unreadable.flaw.value)
