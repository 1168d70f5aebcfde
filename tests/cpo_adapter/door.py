"""A door on a free loopback port, and a client that says exactly what a test wants said."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web
from aiohttp.hdrs import AUTHORIZATION
from yarl import URL

from cpo_adapter.ocpp.admission import Admission
from cpo_adapter.ocpp.arrival import Arrivals
from cpo_adapter.ocpp.basic_auth import StationKeys
from cpo_adapter.ocpp.client_certificates import ClientCertificates
from cpo_adapter.ocpp.connection import Desk
from cpo_adapter.ocpp.gate import Gate, KnownStations
from cpo_adapter.ocpp.kept_first import KeptFirst
from cpo_adapter.ocpp.limits import Limits
from cpo_adapter.ocpp.refusals import Refusals
from cpo_adapter.ocpp.server import StationDoor
from cpo_adapter.ocpp.spoken import dialects
from cpo_adapter.ocpp.tally import Tally, Why
from cpo_adapter.stations.registry import Registry
from ocpi.process.clock import Clock, SystemClock
from ocpi.process.metrics import Metrics
from ocpi.process.tasks import Supervisor
from tests.cpo_adapter.rooms import KEY, PEPPER, STATION, Cards, Messages, Sessions, Stations
from tests.fakes.eventually import PATIENCE_S


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
    messages: Messages
    metrics: Metrics
    supervisor: Supervisor
    session: ClientSession
    station_door: StationDoor
    site: AsyncExitStack
    refusals: Refusals

    def counted(self, why: Why) -> float:
        """How often something was refused for that reason."""
        (family,) = [each for each in self.metrics.families() if each.name == "passerelle_station_refusals"]
        return sum(
            each.value
            for each in family.samples
            if each.labels == {"why": why.value} and each.name.endswith("_total")
        )

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


_CALL = 2


@dataclass
class RawStation:
    socket: ClientWebSocketResponse
    _count: int = field(default=0)
    _asked: list[list[Any]] = field(default_factory=list)
    """What it was asked while it waited for an answer, and has not heard yet."""

    async def say(self, frame: str) -> None:
        await self.socket.send_str(frame)

    async def call(self, action: str, payload: Any, *, message_id: str | None = None) -> list[Any]:
        """Say it, and hear the next frame that asks nothing."""
        self._count += 1
        await self.say(json.dumps([2, message_id or f"m{self._count}", action, payload]))
        while (frame := await self._next()) and frame[0] == _CALL:
            self._asked.append(frame)
        return frame

    async def hear(self, within_s: float = PATIENCE_S) -> list[Any]:
        return self._asked.pop(0) if self._asked else await self._next(within_s)

    def asked(self) -> list[list[Any]]:
        """What it was asked while it waited for answers, and has not heard yet."""
        return list(self._asked)

    async def _next(self, within_s: float = PATIENCE_S) -> list[Any]:
        message = await self.socket.receive(timeout=within_s)
        assert message.type is WSMsgType.TEXT, message
        frame = json.loads(message.data)
        assert isinstance(frame, list)
        return frame

    async def hears_nothing(self, for_s: float = 0.2) -> bool:
        assert not self._asked, self._asked
        try:
            message = await self.socket.receive(timeout=for_s)
        except TimeoutError:
            return True
        raise AssertionError(f"heard {message}")

    async def close_code(self, within_s: float = PATIENCE_S) -> int | None:
        """Of the close that the far side sends next; frames before it are skipped."""
        async with asyncio.timeout(within_s):
            while (message := await self.socket.receive()).type is WSMsgType.TEXT:
                pass
        # the far side may be gone before it is answered, and its own code forgotten
        return message.data if message.type is WSMsgType.CLOSE else self.socket.close_code


def gate_to(
    known: KnownStations,
    *,
    clock: Clock,
    refusals: Refusals | None = None,
    arrivals: Arrivals | None = None,
    certificates: ClientCertificates | None = None,
    keys: StationKeys | None = None,
    admission: Admission | None = None,
) -> Gate:
    return Gate(
        known=known,
        keys=keys or StationKeys(PEPPER),
        arrivals=arrivals or Arrivals(),
        certificates=certificates or ClientCertificates(authorities=(), organization=None, clock=clock),
        limits=Limits(clock),
        refusals=refusals or Refusals(metrics=Metrics(), clock=clock),
        admission=admission or Admission(Metrics()),
    )


@dataclass
class Entrance:
    """How stations come to the door: plainly, unless it is told otherwise."""

    arrivals: Arrivals | None = None
    certificates: ClientCertificates | None = None
    tls: ssl.SSLContext | None = None
    metrics: Metrics = field(default_factory=Metrics)
    refusals: Refusals | None = None
    admission: Admission | None = None


@asynccontextmanager
async def running_door(
    stations: Stations,
    cards: Cards,
    sessions: Sessions,
    *,
    patience_s: float = 30,
    ping_s: float = 60,
    entrance: Entrance | None = None,
) -> AsyncIterator[Door]:
    clock = SystemClock()
    async with ClientSession() as session, Supervisor(name="door", clock=clock) as supervisor:
        entrance, messages = entrance or Entrance(), Messages()
        registry = Registry(supervisor=supervisor, clock=clock, metrics=entrance.metrics)
        refusals = entrance.refusals or Refusals(metrics=entrance.metrics, clock=clock)
        gate = gate_to(
            stations,
            clock=clock,
            refusals=refusals,
            arrivals=entrance.arrivals,
            certificates=entrance.certificates,
            admission=entrance.admission,
        )
        station_door = StationDoor(
            dialects=dialects(stations=stations, cards=cards, sessions=sessions, clock=clock),
            gate=gate,
            versions=stations,
            presence=registry,
            desk=desk_for(messages, clock, entrance.metrics),
            supervisor=supervisor,
            patience_s=patience_s,
            ping_s=ping_s,
        )
        async with AsyncExitStack() as site:
            url = await site.enter_async_context(serving(station_door, tls=entrance.tls))
            yield Door(
                url=url,
                registry=registry,
                stations=stations,
                cards=cards,
                sessions=sessions,
                messages=messages,
                metrics=entrance.metrics,
                supervisor=supervisor,
                session=session,
                station_door=station_door,
                site=site,
                refusals=refusals,
            )


def desk_for(messages: Messages, clock: Clock, metrics: Metrics | None = None) -> Desk:
    return Desk(
        kept_first=KeptFirst(desk=messages, clock=clock), tally=Tally(metrics or Metrics()), clock=clock
    )


@asynccontextmanager
async def serving(
    door: StationDoor, *, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Its URL, without the identity; `port` to come back where one was."""
    app = web.Application()
    door.mount(app)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}/ocpp"
    finally:
        await runner.cleanup()
