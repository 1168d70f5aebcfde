"""Where stations connect: `/ocpp/{identity}`.

First who it is (see `gate`), then which OCPP it speaks, then whatever it says. A station that is known and
speaks no version of ours gets its handshake and a close with 1002: it then knows which of the two was wrong.
Spec: OCPP-J 1.6, 3.1 (URL), 3.2 (subprotocol), 5.1 (compression is not recommended); OCPP 2.x part 4, 3.4
(compression is supported).
"""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from aiohttp import WSCloseCode, web
from aiohttp.hdrs import SEC_WEBSOCKET_PROTOCOL

from cpo_adapter.ocpp import compression, subprotocol
from cpo_adapter.ocpp.connection import Connection, Desk
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.framing import LONGEST_FRAME_BYTES
from cpo_adapter.ocpp.gate import PATH, Admitted, Gate
from cpo_adapter.ocpp.subprotocol import Provisioned
from ocpi.process import logs
from ocpi.process.tasks import Supervisor

_log = logs.logger(__name__)

_ROUNDED_FROM_S = 5.0
_MOST_ROUNDED_S = 1.0


class Versions(Protocol):
    def provisioned(self, station: str) -> Provisioned:
        """What the operator wrote of how a station speaks."""


class Presence(Protocol):
    """Who wants to know which connection is a station's."""

    async def expect(self, station: str) -> None:
        """It has shown who it is, and will enter when this returns."""

    def enter(self, connection: Connection) -> None:
        """It takes the place of an older connection of the same station."""

    def leave(self, connection: Connection) -> None:
        """Nothing happens when another one has taken its place."""

    async def close_all(self) -> None: ...


class StationDoor:
    def __init__(
        self,
        *,
        dialects: Sequence[Dialect],
        gate: Gate,
        versions: Versions,
        presence: Presence,
        desk: Desk,
        supervisor: Supervisor,
        ping_s: float = 60,
        patience_s: float = 30,
    ) -> None:
        """`ping_s`: how often a silent line is tried; it is given up after half as long again.
        `patience_s`: how long a station may take to answer.
        """
        self._dialects = {dialect.subprotocol: dialect for dialect in dialects}
        self._gate = gate
        self._versions = versions
        self._presence = presence
        self._desk = desk
        self._supervisor = supervisor
        self._ping_s = ping_s
        self._patience_s = patience_s

    def mount(self, app: web.Application) -> None:
        app.router.add_get(PATH + r"{identity:[\s\S]*}", self._receive)  # a line feed too
        app.on_shutdown.append(self._close_all)

    async def _receive(self, request: web.Request) -> web.WebSocketResponse:
        async with self._gate.admission.turn():
            socket, connection = await self._let_in(request)
        if connection is not None:
            await self._serve(connection)
        return socket

    async def _let_in(self, request: web.Request) -> tuple[web.WebSocketResponse, Connection | None]:
        """No connection: it speaks nothing of ours, and has been told so."""
        admitted = await self._gate.admit(request)
        choice = self._chosen(request, admitted.station)
        if choice is None:
            return await _turned_away(request), None
        await self._presence.expect(admitted.station)
        socket = await self._opened(request, *choice)
        return socket, self._connection(request, socket, admitted, choice[1])

    def _chosen(self, request: web.Request, station: str) -> tuple[str | None, Dialect] | None:
        offers = subprotocol.offered(request.headers.getall(SEC_WEBSOCKET_PROTOCOL, ()))
        choice = subprotocol.choose(offers, self._dialects, self._versions.provisioned(station))
        if choice is None:
            told = [offer[:20] for offer in offers[:5]]
            _log.warning("no common subprotocol", station=station, offered=told)
        elif choice[0] not in (None, choice[1].subprotocol):
            _log.info("odd spelling of a subprotocol", station=station, offered=choice[0])
        return choice

    def _connection(
        self, request: web.Request, socket: web.WebSocketResponse, admitted: Admitted, dialect: Dialect
    ) -> Connection:
        provisioned = self._versions.provisioned(admitted.station)
        return Connection(
            socket,
            station=admitted.station,
            address=admitted.address,
            dialect=dialect,
            desk=self._desk,
            supervisor=self._supervisor,
            patience_s=provisioned.answers_within_s or self._patience_s,
            cut=partial(_cut, request),
        )

    async def _opened(
        self, request: web.Request, spelling: str | None, dialect: Dialect
    ) -> web.WebSocketResponse:
        """Without a spelling the station offered none, and is told none."""
        socket = web.WebSocketResponse(
            protocols=(spelling,) if spelling else (),
            compress=dialect.compresses,
            max_msg_size=LONGEST_FRAME_BYTES,
            heartbeat=heartbeat_s(self._ping_s),
            autoping=False,  # the connection wants to see pongs
        )
        if spelling:
            # aiohttp itself looks at the first such header of a request only
            socket.headers[SEC_WEBSOCKET_PROTOCOL] = spelling
        await socket.prepare(compression.bounded(request) if dialect.compresses else request)
        return socket

    async def _serve(self, connection: Connection) -> None:
        self._presence.enter(connection)
        try:
            await connection.read()
        finally:
            self._presence.leave(connection)

    async def _close_all(self, _: web.Application) -> None:
        await self._presence.close_all()


def heartbeat_s(ping_s: float) -> float:
    """For aiohttp, so that a dead line is given up 1.5 times `ping_s` after its last sign at the latest.

    It waits half of this for the pong, and rounds each wait of more than five seconds up to a whole one.
    """
    return ping_s if ping_s <= _ROUNDED_FROM_S else ping_s - 2 * _MOST_ROUNDED_S / 1.5


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _turned_away(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.close(code=WSCloseCode.PROTOCOL_ERROR, message=b"no common subprotocol")
    return socket
