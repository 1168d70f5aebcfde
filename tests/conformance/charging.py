"""Our CPO adapter with real stations, and an issuer of cards of each version before it.

Times are real: a simulated station plays an hour in a moment, ending now.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession

from cpo_adapter.bootstrap import INDEXES, build
from cpo_adapter.settings import CpoSettings
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from simulators.charge import Charge, Charged, PowerProfile
from simulators.station import SimulatedStation, StationSettings
from tests.conformance.issuers import EMSPS, Card, Issuer, contract_of, issuer_of
from tests.conformance.sites import IDENTITY, KEY, TARIFFS
from tests.conformance.told_station import ToldStation, raw_station
from tests.conformance.wire import Json
from tests.fakes.eventually import PATIENCE_S, eventually
from tests.lent import lent
from tests.platforms import CPO, Running, free_port, running

A_MOMENT: Final = PowerProfile.constant(power_w=6000, duration_s=60)  # 100 Wh


@dataclass(frozen=True, slots=True)
class Charging:
    """`station` is the one that plays charges by itself."""

    cpo: Running
    issuers: Mapping[str, Issuer]
    station: SimulatedStation | None = None

    async def card(self, version: str, **token: Any) -> Card:
        """A new one, whose token its issuer has told."""
        issuer = self.issuers[version]
        uid = f"04{secrets.token_hex(6).upper()}"
        told = issuer.token(uid, **token)
        heard = await issuer.far.push("PUT", "tokens", uid, body=told)
        assert heard.http == 201, heard.body
        return Card(version, uid, contract_of(issuer.far, uid))

    def stranger(self, version: str) -> Card:
        """A card that its issuer has not told."""
        uid = f"04{secrets.token_hex(6).upper()}"
        return Card(version, uid, contract_of(self.issuers[version].far, uid))

    async def charge(self, card: Card, *, connector: int = 1, **more: Any) -> Charged:
        """A minute, unless told otherwise; the station keeps what it was answered."""
        assert self.station is not None
        told: Json = {"profile": A_MOMENT, "duration_s": 60, "speed": 6000, **more}
        async with asyncio.timeout(PATIENCE_S):
            return await self.station.charge(Charge(uid=card.uid, connector=connector, **told))

    async def bill(self, card: Card) -> Any:
        """The one that its issuer gets."""
        issuer = self.issuers[card.version]
        await eventually(lambda: issuer.told("cdrs", card))
        (bill,) = issuer.told("cdrs", card)
        return bill

    async def ended(self, card: Card) -> Any:
        """Its session as it was told last, once that is over."""
        issuer = self.issuers[card.version]

        def is_over() -> bool:
            told = issuer.told("sessions", card)
            return bool(told) and told[-1]["status"] == "COMPLETED"

        await eventually(is_over)
        return issuer.told("sessions", card)[-1]

    @asynccontextmanager
    async def raw_station(self, identity: str) -> AsyncIterator[ToldStation]:
        async with raw_station(self.cpo, identity) as station:
            yield station

    async def outcome(self, number: int | str | None) -> Any:
        """What became of the transaction of that number, as the operator is shown it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for each in await asyncio.to_thread(self.cpo.admin.get, "/transactions"):
                    if each["number"] == number and each["outcome"] is not None:
                        return each
                await asyncio.sleep(0.05)


@asynccontextmanager
async def charging_on(
    mongo_url: str,
    folder: Path,
    *,
    sites: str,
    tariffs: str = TARIFFS,
    **station: Any,
) -> AsyncIterator[Charging]:
    """`station` is how the one that plays charges is made."""
    async with (
        lent(mongo_url) as mongo,
        running_stations(mongo, folder, sites, tariffs) as cpo,
        AsyncExitStack() as partners,
        simulated_station(cpo, **station) as playing,
    ):
        issuers = {version: await issuer_of(cpo, version, partners) for version in EMSPS}
        yield Charging(cpo, issuers, playing)


@asynccontextmanager
async def running_stations(
    mongo: Mongo, folder: Path, sites: str, tariffs: str = TARIFFS, *, port: int | None = None
) -> AsyncIterator[Running]:
    """On a port that it had before, it is the same process come back, and goes on where that left off."""
    inventory, prices = folder / "stations.toml", folder / "tariffs.toml"
    inventory.write_text(sites)
    prices.write_text(tariffs)
    settings = CpoSettings(
        port=port or free_port(),
        admin_port=free_port(),
        stations_port=free_port(),
        party=str(CPO),
        data_folder=folder,
        allow_private=True,
        inventory=inventory,
        tariffs=prices,
    )
    async with running(settings, mongo, SystemClock(), build, INDEXES) as cpo:
        yield cpo


@asynccontextmanager
async def simulated_station(
    cpo: Running, identity: str = IDENTITY, **more: Any
) -> AsyncIterator[SimulatedStation]:
    """Connected and booted; its clock begins so far back that what it plays is news."""
    clock = SystemClock()
    made: Json = {"connectors": 9, "clock_behind_s": 86_400, **more}
    settings = StationSettings(identity=identity, key=KEY, **made)
    async with ClientSession() as session, Supervisor(name="stations", clock=clock) as supervisor:
        station = SimulatedStation(
            settings,
            url=f"{cpo.urls['stations']}/ocpp",
            session=session,
            supervisor=supervisor,
            clock=clock,
        )
        station.start()
        async with asyncio.timeout(PATIENCE_S):
            await station.ready()
        yield station
