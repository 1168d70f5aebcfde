"""One websocket of one station, from the moment it is authenticated.

Reading never waits: a CALL is answered from a lane beside it, an answer to our own CALL goes straight to
whoever waits. Transaction messages and all that is quick share one lane and keep their order; what may wait
on the network (Authorize) has another, so that a slow card issuer holds up nothing else.
"""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from aiohttp import ClientConnectionResetError, WSCloseCode, WSMessage, WSMsgType
from aiohttp.web import WebSocketResponse
from ocpp.exceptions import InternalError

from cpo_adapter.ocpp import framing
from cpo_adapter.ocpp.calls import Calls
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.framing import (
    Call,
    CallError,
    CallResult,
    CallResultError,
    Payload,
    Send,
    Unreadable,
)
from cpo_adapter.ocpp.intents import StationGone
from cpo_adapter.ocpp.kept_first import KeptFirst
from cpo_adapter.ocpp.lane import Lane, LaneFull
from cpo_adapter.ocpp.probe import Probe
from cpo_adapter.ocpp.refusal import Refusal
from cpo_adapter.ocpp.rooms import CannotStore
from cpo_adapter.ocpp.station_line import StationLine
from cpo_adapter.ocpp.tally import Tally, Why
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.tasks import Supervisor
from schemas.codec import Json

_log = logs.logger(__name__)

_UNANSWERED = 256
"""An honest station waits for each answer; one that brings this many without waiting is cut off."""

_CLOSED_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What all connections share: who keeps what may not be lost, and who counts what was refused."""

    kept_first: KeptFirst
    tally: Tally
    clock: Clock


class Connection(StationLine):
    """`cut` ends the socket at once, whatever waits to be sent on it."""

    def __init__(
        self,
        socket: WebSocketResponse,
        *,
        station: str,
        address: str = "",
        dialect: Dialect,
        desk: Desk,
        supervisor: Supervisor,
        patience_s: float,
        cut: Callable[[], None],
    ) -> None:
        self.station = station
        self.entry = uuid.uuid4().hex  # names this connection, among all of the station at any process
        self.address = address
        self.came_at_s = self.heard_at_s = desk.clock.monotonic()
        self._probe = Probe(socket)
        self._socket = socket
        self._cut = cut
        self._window_bits = int(socket.compress) or None
        self._dialect = dialect
        self._desk = desk
        self._calls = Calls(self._send, patience_s=patience_s)
        self._newest = ("", "")
        self._in_order = Lane(f"{station} in order", supervisor=supervisor, limit=_UNANSWERED)
        self._beside = Lane(f"{station} beside", supervisor=supervisor, limit=_UNANSWERED)

    @property
    def dialect(self) -> Dialect:
        return self._dialect

    @property
    def subprotocol(self) -> str:
        """The version that is spoken on it."""
        return self._dialect.subprotocol

    async def read(self) -> None:
        """Until the socket ends, for whatever reason.

        Of a line that is dead nothing is waited for: what is still to be sent on it is never taken off.
        """
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    self.heard_at_s = self._desk.clock.monotonic()
                    self._take(message.data)
                elif message.type is WSMsgType.PING:
                    await self._socket.pong(message.data)
                elif message.type is WSMsgType.PONG:
                    self._probe.heard(message.data)
                else:
                    self._ignore(message)
        except LaneFull:
            self._desk.tally.count(Why.FLOOD)
            _log.warning("station flooded us", station=self.station)
            await self.close("too many messages without waiting", code=WSCloseCode.POLICY_VIOLATION)
        finally:
            self._calls.end("connection ended")
            if self._socket.close_code == WSCloseCode.ABNORMAL_CLOSURE:
                self._cut()

    async def call(self, action: str, request: Payload) -> Json:
        return await self._calls.call(action, request)

    async def is_alive(self, within_s: float) -> bool:
        """Whether somebody answers there, now."""
        return await self._probe.is_answered(within_s)

    async def at_rest(self) -> None:
        """Return once all that has been heard is answered."""
        await self._in_order.at_rest()
        await self._beside.at_rest()

    def give_up(self, reason: str) -> None:
        """Nothing is asked any more, and whoever waits for an answer hears at once."""
        self._calls.end(reason)

    async def close(self, reason: str, *, code: int = WSCloseCode.GOING_AWAY) -> None:
        """Whoever waits for this station hears at once; the socket may take a while."""
        self.give_up(reason)
        try:
            async with asyncio.timeout(_CLOSED_WITHIN_S):
                await self._socket.close(code=code, message=reason.encode())
        except TimeoutError:
            self._cut()

    def _ignore(self, message: WSMessage) -> None:
        if isinstance(message.data, TimeoutError):
            _log.warning("ping not answered, line given up", station=self.station)
            return
        is_binary = message.type is WSMsgType.BINARY
        self._desk.tally.count(Why.BINARY_FRAME if is_binary else Why.NO_WEBSOCKET)
        _log.warning("frame ignored", station=self.station, type=message.type.name)

    def _take(self, frame: str) -> None:
        match framing.read(frame, more=self._dialect.more_types):
            case Call() as call:
                self._note_id(call)
                lane = self._beside if call.action in self._dialect.waiting else self._in_order
                lane.add(partial(self._answer, call))
            case CallResult() | CallError() as answer:
                self._settle(answer)
            case Send() as send:
                self._in_order.add(partial(self._hear, send))
            case CallResultError(code=code):
                _log.warning("our answer was not understood", station=self.station, code=code[:50])
            case Unreadable() as unreadable:
                self._in_order.add(partial(self._answer_unreadable, unreadable, frame))

    def _note_id(self, call: Call) -> None:
        """A station that does not count its messages is read as well: what they say tells them apart."""
        message_id, action = self._newest
        if message_id == call.message_id and action != call.action:
            _log.info("message id of another action", station=self.station, action=call.action[:50])
        self._newest = (call.message_id, call.action)

    def _settle(self, answer: CallResult | CallError) -> None:
        if not self._calls.settle(answer):
            self._desk.tally.count(Why.NOT_AWAITED)
            _log.info("answer that nobody waits for", station=self.station, answer=type(answer).__name__)

    async def _answer(self, call: Call) -> None:
        reply = await self._reply(call)
        if reply is not None:
            await self._send_if_open(reply)

    async def _reply(self, call: Call) -> str | None:
        """The frame that answers, or None for silence. The one place where a message may fail in any way."""
        try:
            answer = await self._result(call)
        except CannotStore as error:
            self._silence(str(error))
            return None
        except Refusal as refusal:
            return self._refusal(call, refusal)
        except Exception:  # noqa: BLE001 - one of the four doors: a message of a websocket
            _log.exception("message failed", station=self.station, action=call.action)
            return self._refusal(call, Refusal(InternalError, "the central system failed"))
        return framing.call_result(call.message_id, answer)

    async def _result(self, call: Call) -> Payload:
        if call.action in self._dialect.never_refused:
            return await self._desk.kept_first.answer(self.station, self._dialect, call)
        return await self._dialect.answer(self.station, call, self._desk.clock.now())

    def _silence(self, reason: str) -> None:
        self._desk.tally.count(Why.NOT_STORED)
        _log.error("message not stored, station not answered", station=self.station, reason=reason)

    def _refusal(self, call: Call, refusal: Refusal) -> str | None:
        _log.warning("message refused", station=self.station, action=call.action[:50], reason=str(refusal))
        if call.action in self._dialect.never_refused:
            self._silence(str(refusal))
            return None
        self._desk.tally.count(Why.CALL_ERROR)
        return framing.call_error(call.message_id, refusal.code, str(refusal))

    async def _hear(self, send: Send) -> None:
        """Whatever becomes of it, nothing is said."""
        try:
            await self._dialect.hear(self.station, send)
        except (Refusal, CannotStore) as error:
            _log.warning("send dropped", station=self.station, action=send.action[:50], reason=str(error))
        except Exception:  # noqa: BLE001 - a door, as in _reply
            _log.exception("send failed", station=self.station, action=send.action[:50])

    async def _answer_unreadable(self, unreadable: Unreadable, frame: str) -> None:
        """A transaction message is one, however broken, if its head says so."""
        _log.warning("unreadable frame", station=self.station, flaw=unreadable.flaw.value)
        call = framing.call_in(frame)
        if call is not None and call.action in self._dialect.never_refused:
            self._desk.tally.count(Why.BROKEN)
            return await self._answer(call)
        self._desk.tally.count(Why.UNREADABLE)
        reply = self._dialect.answer_unreadable(unreadable)
        if reply is not None:
            await self._send_if_open(reply)
        return None

    async def _send_if_open(self, frame: str) -> None:
        """A station that left before its answer will ask again."""
        try:
            await self._socket.send_str(frame, compress=self._window_bits)
        except ClientConnectionResetError:
            _log.info("station left before its answer", station=self.station)

    async def _send(self, frame: str) -> None:
        try:
            await self._socket.send_str(frame, compress=self._window_bits)
        except ClientConnectionResetError as error:
            raise StationGone("connection ended") from error
