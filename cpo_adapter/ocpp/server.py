"""Where stations connect: `/ocpp/{identity}`.

First who it is, then which OCPP it speaks, then whatever it says. An unknown station and a wrong password
hear the same 401 after the same work, and leave no trace in the database. A station that is known and speaks
no version of ours gets its handshake and a close with 1002, so that it knows which of the two was wrong.
Spec: OCPP-J 1.6, 3.1 (URL), 3.2 (subprotocol), 5.1 (compression is not recommended), 6.2 (Basic); OCPP 2.x
part 4, 3.4 (compression is supported).
"""

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import unquote

from aiohttp import WSCloseCode, web
from aiohttp.hdrs import AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL

from cpo_adapter.ocpp import basic_auth, compression, subprotocol
from cpo_adapter.ocpp.connection import Connection
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.framing import LONGEST_FRAME_BYTES
from cpo_adapter.ocpp.subprotocol import Provisioned
from ocpi.process import logs
from ocpi.process.tasks import Supervisor

_log = logs.logger(__name__)

_PATH = "/ocpp/"


class KnownStations(Protocol):
    def key_digest(self, station: str) -> bytes | None:
        """The digest of its key; None for a station that nobody knows or that has no key."""


class Versions(Protocol):
    def provisioned(self, station: str) -> Provisioned:
        """What the operator wrote of the versions of a station."""


class Presence(Protocol):
    """Who wants to know which connection is a station's."""

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
        known: KnownStations,
        versions: Versions,
        keys: basic_auth.StationKeys,
        presence: Presence,
        supervisor: Supervisor,
        ping_s: float = 60,
        patience_s: float = 30,
    ) -> None:
        """`ping_s`: how often a silent line is tried. `patience_s`: how long a station may take to answer."""
        self._dialects = {dialect.subprotocol: dialect for dialect in dialects}
        self._known = known
        self._versions = versions
        self._keys = keys
        self._presence = presence
        self._supervisor = supervisor
        self._ping_s = ping_s
        self._patience_s = patience_s

    def mount(self, app: web.Application) -> None:
        app.router.add_get(_PATH + "{identity:.*}", self._receive)
        app.on_shutdown.append(self._close_all)

    async def _receive(self, request: web.Request) -> web.WebSocketResponse:
        station = self._authenticated(request)
        offers = subprotocol.offered(request.headers.getall(SEC_WEBSOCKET_PROTOCOL, ()))
        choice = subprotocol.choose(offers, self._dialects, self._versions.provisioned(station))
        if choice is None:
            _log.warning(
                "no common subprotocol", station=station, offered=[offer[:20] for offer in offers[:5]]
            )
            return await _turned_away(request)
        spelling, dialect = choice
        socket = await self._opened(request, spelling, dialect)
        connection = Connection(
            socket,
            station=station,
            dialect=dialect,
            supervisor=self._supervisor,
            patience_s=self._patience_s,
        )
        await self._serve(connection)
        return socket

    def _authenticated(self, request: web.Request) -> str:
        """The station's identity. Raises HTTPUnauthorized, always the same."""
        identity = _identity(request)
        password = basic_auth.password_of(identity, request.headers.get(AUTHORIZATION))
        spelling = self._keys.recognise(self._known.key_digest(identity), password or b"")
        if password is None or spelling is None:
            _log.warning("station not authenticated", remote=request.remote)
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": 'Basic realm="ocpp"'})
        _log.info("station authenticated", station=identity, key_spelling=spelling.value)
        return identity

    async def _opened(
        self, request: web.Request, spelling: str | None, dialect: Dialect
    ) -> web.WebSocketResponse:
        """Without a spelling the station offered none, and is told none."""
        socket = web.WebSocketResponse(
            protocols=(spelling,) if spelling else (),
            compress=dialect.compresses,
            max_msg_size=LONGEST_FRAME_BYTES,
            heartbeat=self._ping_s,
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


def _identity(request: web.Request) -> str:
    """The rest of the path, percent-decoded once; what is no UTF-8 matches nobody."""
    return unquote(request.rel_url.raw_path.removeprefix(_PATH))


async def _turned_away(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.close(code=WSCloseCode.PROTOCOL_ERROR, message=b"no common subprotocol")
    return socket
