"""The door of OCPP 2.x, where it differs from that of 1.6.

Spec: OCPP 2.0.1 part 4, 4.2.3 (a message id that cannot be read is "-1") and 4.3 (CALLERROR, its codes).
"""

from typing import ClassVar, Final

from ocpp.v201.enums import Action

from cpo_adapter.ocpp import framing, inbound
from cpo_adapter.ocpp.framing import Flaw, Payload, Unreadable
from cpo_adapter.ocpp.rooms import StationWatch
from cpo_adapter.ocpp.v201.handlers import Handlers
from cpo_adapter.ocpp.v201.request import Request
from ocpi.process.clock import Clock

_NO_ID: Final = "-1"


class Inbound(inbound.Inbound[Request]):
    schemas: ClassVar[str] = "v201"
    actions: ClassVar[frozenset[str]] = frozenset(action.value for action in Action)
    never_refused: ClassVar[frozenset[str]] = frozenset({"TransactionEvent", "MeterValues"})

    def __init__(self, *, handlers: Handlers, stations: StationWatch, clock: Clock) -> None:
        super().__init__(let_in=Request, table=handlers.table(), stations=stations, clock=clock)
        self._keep = handlers.keep

    def bare_answer(self, _: str, __: int) -> Payload:
        """Of a card nothing is said: the station has let it charge."""
        return {}

    def answer_unreadable(self, unreadable: Unreadable) -> str | None:
        """An answer is not answered, however broken: two sides would never stop."""
        if unreadable.is_answer:
            return None
        code = "MessageTypeNotSupported" if unreadable.flaw is Flaw.UNKNOWN_TYPE else "RpcFrameworkError"
        return framing.call_error(unreadable.message_id or _NO_ID, code, unreadable.flaw.value)
