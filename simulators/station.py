"""A simulated charging station: OCPP 1.6J, 2.0.1 or 2.1 by the `ocpp` package, over a real socket.

It behaves as a good station does. It stays connected and comes back by itself; it boots once, not at every
reconnection; everything it has to say waits in one queue until it is answered, so that a central system that
dies during a charge loses nothing; and it counts its own energy, so that a bill can be held against it.
Spec: OCPP 1.6, 3.7 (transaction messages are kept and retried), chapter 4.
"""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse
from aiohttp.hdrs import AUTHORIZATION
from ocpp.exceptions import OCPPError
from ocpp.v16.enums import ChargePointStatus, RegistrationStatus

from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.tasks import Supervisor
from simulators.charge import Charge, Charged
from simulators.errands import Errands
from simulators.obeying import WELL_BUILT, Abilities, Obedience
from simulators.ocpp_link import Link, LinkLost
from simulators.playing import Outlet, Player, back_to_back
from simulators.servicing import USUAL, Habits, Service
from simulators.speech import Speech, Wire
from simulators.speech16 import Speech16
from simulators.speech201 import Speech2

_log = logs.logger(__name__)

SPEECHES: Final[Mapping[str, Speech]] = {"1.6": Speech16(), "2.0.1": Speech2("2.0.1"), "2.1": Speech2("2.1")}


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSettings:
    """How a station is made. Times are real seconds; `remote_charge` is what a remote start sets off.

    Its clock is `clock_behind_s` behind when it boots: so much simulated time will be replayed, and a status
    that is told at the boot must not be newer than those told of the charges.
    """

    identity: str
    key: str
    ocpp: str = "1.6"
    connectors: int = 1
    vendor: str = "Passerelle"
    model: str = "Simulator"
    reconnect_s: float = 1
    patience_s: float = 10
    attempts: int = 10
    retry_s: float = 2
    remote_charge: Charge | None = None
    abilities: Abilities = WELL_BUILT
    habits: Habits = USUAL
    clock_behind_s: int = 0


class SimulatedStation:
    """`start` it once, and `charge` at it; it connects and comes back by itself."""

    def __init__(
        self,
        settings: StationSettings,
        *,
        url: str,
        session: ClientSession,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        """`url` is the central system's, to which the station adds its identity."""
        self.settings = settings
        self._key = settings.key
        self._url = f"{url.rstrip('/')}/{quote(settings.identity, safe='')}"
        self._session = session
        self._supervisor = supervisor
        self._clock = clock
        self._speech = SPEECHES[settings.ocpp]
        self._errands = Errands(clock=clock, attempts=settings.attempts, retry_s=settings.retry_s)
        self._outlets = {number: Outlet(number) for number in range(1, settings.connectors + 1)}
        self.service = Service(
            settings.habits,
            settings=self._speech.settings(settings.connectors),
            speech=self._speech,
            session=session,
            tell=self._errands.tell,
            reboot=lambda: self._errands.tell(self._boot_notification),
            supervisor=supervisor,
            clock=clock,
        )
        self._obedience = Obedience(
            settings.abilities,
            self._outlets,
            start=self._start_remotely,
            rekey=self._change_key,
            service=self.service,
            tell=self._tell_status,
            reboot=lambda: self._errands.tell(self._boot_notification),
            queued=lambda: self._errands.is_waiting,
            supervisor=supervisor,
            clock=clock,
        )
        self._booted = asyncio.Event()
        self._heartbeat_s: float = 300
        self._socket: ClientWebSocketResponse | None = None

    def start(self) -> None:
        self._supervisor.start(self.settings.identity, self._stay_connected)

    async def ready(self) -> None:
        """Once the central system has accepted its boot."""
        await self._booted.wait()

    async def cut(self) -> None:
        """Lose the connection, as a mobile network does; it comes back by itself."""
        if self._socket is not None:
            await self._socket.close()

    async def charge(self, charge: Charge) -> Charged:
        """Hold the card up, charge if it is accepted, and return once all has been delivered."""
        (charged,) = await self.charges([charge])
        return charged

    async def charges(self, charges: Sequence[Charge]) -> list[Charged]:
        """One after another, back to back in simulated time; the last stamps are of now."""
        begins = back_to_back(charges, self._clock.now())
        return [await self._player(charge).play(at) for charge, at in zip(charges, begins, strict=True)]

    def _change_key(self, key: str) -> None:
        """It comes with that the next time, and at once, as the security whitepaper says."""
        self._key = key
        self._supervisor.start(f"{self.settings.identity} new key", self._come_again)

    async def _come_again(self) -> None:
        await self._clock.sleep(0)  # the answer leaves first
        await self.cut()

    def _start_remotely(self, uid: str, connector: int, order: int | None) -> bool:
        template = self.settings.remote_charge
        if template is None:
            return False
        charge = replace(template, uid=uid, connector=connector)
        name = f"{self.settings.identity} remote"
        self._supervisor.start(name, partial(self._charge_remotely, charge, order))
        return True

    async def _charge_remotely(self, charge: Charge, order: int | None) -> None:
        (began_at,) = back_to_back([charge], self._clock.now())
        await self._player(charge).play(began_at, asks=False, order=order)

    def _player(self, charge: Charge) -> Player:
        return Player(
            charge,
            self._outlets[charge.connector],
            speech=self._speech,
            errands=self._errands,
            tell=self._tell_status,
            clock=self._clock,
        )

    async def _stay_connected(self) -> None:
        while True:
            try:
                await self._connect()
            except (ClientError, LinkLost, OSError) as error:
                _log.info("link lost", station=self.settings.identity, reason=str(error))
            await self._clock.sleep(self.settings.reconnect_s)

    async def _connect(self) -> None:
        headers = {AUTHORIZATION: _basic(self.settings.identity, self._key)}
        protocols = (self._speech.subprotocol,)
        async with self._session.ws_connect(self._url, protocols=protocols, headers=headers) as socket:
            self._socket = socket
            wire = self._speech.wire(
                self.settings.identity,
                Link(socket),
                station=self._obedience,
                patience_s=self.settings.patience_s,
            )
            async with Supervisor(name=self.settings.identity, clock=self._clock) as beside:
                beside.start("talk", partial(self._talk, wire, socket))
                beside.start("heartbeat", self._beat)
                await wire.listen()

    async def _talk(self, wire: Wire, socket: ClientWebSocketResponse) -> None:
        try:
            if not self._booted.is_set():
                await self._boot(wire)
            await self._errands.run(wire)
        except (LinkLost, OCPPError, TimeoutError) as error:
            _log.info("conversation failed", station=self.settings.identity, reason=str(error))
            await socket.close()

    async def _boot(self, wire: Wire) -> None:
        while True:
            answer = await wire.talk(self._boot_notification())
            if answer.status == RegistrationStatus.accepted:
                break
            await self._clock.sleep(answer.interval)
        self._heartbeat_s = answer.interval
        self._booted.set()
        booted_at = self._clock.now() - timedelta(seconds=self.settings.clock_behind_s)
        for outlet in self._outlets.values():
            self._tell_status(outlet.number, outlet.status, booted_at)

    async def _beat(self) -> None:
        await self._booted.wait()
        while True:
            await self._clock.sleep(self._heartbeat_s)
            self._errands.tell(self._speech.heartbeat)

    def _boot_notification(self) -> Any:
        return self._speech.boot(self.settings.vendor, self.settings.model)

    def _tell_status(self, connector: int, status: ChargePointStatus, at: datetime) -> None:
        """`at` is of the time that is replayed: whether a car drew power is judged beside its readings."""
        notification = self._speech.status(connector, status, at)
        self._errands.tell(lambda: notification)


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
