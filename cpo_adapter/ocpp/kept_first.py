"""What a station may never be refused: kept as it came, then understood, then answered whatever it was.

Shipped stations throw a transaction away after one CALLERROR, and some after one missing answer. So the
answer depends on one thing alone: that the frame is safe. Silence is left for the case that it is not.
Spec: OCPP 1.6, 4.7, 4.8, 4.10 (failed sanity checks are no reason not to answer).
"""

from typing import Protocol

from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.framing import Call, Payload
from cpo_adapter.ocpp.raw import RawMessage
from cpo_adapter.ocpp.rooms import CannotStore
from ocpi.process import logs
from ocpi.process.clock import Clock

_log = logs.logger(__name__)


class MessageDesk(Protocol):
    """Who keeps frames."""

    async def keep(self, message: RawMessage) -> None:
        """Durable when it returns; told again, it is the same one. Raises CannotStore."""

    def understood(self, message: RawMessage) -> None:
        """What it says has arrived where it belongs, unless the station's messages are being caught up."""

    def not_understood(self, message: RawMessage, reason: str) -> None:
        """Something broke over it: a person has to look."""

    async def number(self) -> int:
        """One that no transaction has. Raises CannotStore."""


class KeptFirst:
    def __init__(self, *, desk: MessageDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def answer(self, station: str, dialect: Dialect, call: Call) -> Payload:
        """The payload of the CALLRESULT. Raises CannotStore."""
        heard_at = self._clock.now()
        message = RawMessage(station, dialect.subprotocol, call.action, call.message_id, call.frame, heard_at)
        await self._desk.keep(message)
        try:
            answer = await dialect.answer(station, call, heard_at)
        except CannotStore:
            raise
        except Exception as error:  # noqa: BLE001 - one of the four doors: a message of a websocket
            _log.exception("message not understood", station=station, action=call.action)
            self._desk.not_understood(message, type(error).__name__)
            return dialect.bare_answer(call.action, await self._desk.number())
        self._desk.understood(message)
        return answer
