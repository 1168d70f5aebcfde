"""A door on a free loopback port, and a client that says exactly what a test wants said."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web
from aiohttp.hdrs import AUTHORIZATION
from yarl import URL

from cpo_adapter.ocpp.basic_auth import StationKeys
from cpo_adapter.ocpp.server import StationDoor
from cpo_adapter.ocpp.spoken import dialects
from cpo_adapter.stations.registry import Registry
from ocpi.process.clock import SystemClock
from ocpi.process.tasks import Supervisor
from tests.cpo_adapter.rooms import KEY, PEPPER, STATION, Cards, Sessions, Stations


def basic(user: bytes, password: bytes) -> dict[str, str]:
    return {AUTHORIZATION: "Basic " + base64.b64encode(user + b":" + password).decode()}


@dataclass
class Door:
    """A running one. `url` ends before the identity."""

    url: str
    registry: Registry
    stations: Stations
    cards: Cards
    sessions: Sessions
    supervisor: Supervisor
    session: ClientSession
    station_door: StationDoor
    site: AsyncExitStack

    async def stop(self) -> None:
        """As a killed process: nothing listens any more, every connection ends."""
        await self.site.aclose()

    async def come_back(self) -> None:
        """On the same port."""
        await self.site.enter_async_context(serving(self.station_door, port=URL(self.url).port or 0))

    @asynccontextmanager
    async def connect(
        self,
        identity: str = STATION,
        *,
        key: str = KEY,
        protocols: tuple[str, ...] = ("ocpp1.6",),
    ) -> AsyncIterator["RawStation"]:
        socket = await self.session.ws_connect(
            f"{self.url}/{identity}", protocols=protocols, headers=basic(identity.encode(), key.encode())
        )
        async with socket:
            yield RawStation(socket)

    @asynccontextmanager
    async def booted(self, protocol: str = "ocpp1.6") -> AsyncIterator["RawStation"]:
        """A station that may say anything."""
        self.stations.accepted.add(STATION)
        async with self.connect(protocols=(protocol,)) as station:
            yield station


@dataclass
class RawStation:
    socket: ClientWebSocketResponse
    _count: int = field(default=0)

    async def say(self, frame: str) -> None:
        await self.socket.send_str(frame)

    async def call(self, action: str, payload: Any, *, message_id: str | None = None) -> list[Any]:
        """Say it, and hear the next frame."""
        self._count += 1
        await self.say(json.dumps([2, message_id or f"m{self._count}", action, payload]))
        return await self.hear()

    async def hear(self, within_s: float = 5) -> list[Any]:
        message = await self.socket.receive(timeout=within_s)
        assert message.type is WSMsgType.TEXT, message
        frame = json.loads(message.data)
        assert isinstance(frame, list)
        return frame

    async def hears_nothing(self, for_s: float = 0.2) -> bool:
        try:
            message = await self.socket.receive(timeout=for_s)
        except TimeoutError:
            return True
        raise AssertionError(f"heard {message}")

    async def close_code(self, within_s: float = 5) -> int | None:
        """Of the close that the far side sends next; frames before it are skipped."""
        async with asyncio.timeout(within_s):
            while (await self.socket.receive()).type is WSMsgType.TEXT:
                pass
        return self.socket.close_code


@asynccontextmanager
async def running_door(
    stations: Stations, cards: Cards, sessions: Sessions, *, patience_s: float = 30
) -> AsyncIterator[Door]:
    clock = SystemClock()
    async with ClientSession() as session, Supervisor(name="door", clock=clock) as supervisor:
        registry = Registry(supervisor=supervisor, clock=clock)
        station_door = StationDoor(
            dialects=dialects(stations=stations, cards=cards, sessions=sessions, clock=clock),
            known=stations,
            versions=stations,
            keys=StationKeys(PEPPER),
            presence=registry,
            supervisor=supervisor,
            patience_s=patience_s,
        )
        async with AsyncExitStack() as site:
            url = await site.enter_async_context(serving(station_door))
            yield Door(url, registry, stations, cards, sessions, supervisor, session, station_door, site)


@asynccontextmanager
async def serving(door: StationDoor, *, port: int = 0) -> AsyncIterator[str]:
    """Its URL, without the identity; `port` to come back where one was."""
    app = web.Application()
    door.mount(app)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/ocpp"
    finally:
        await runner.cleanup()
