"""Two processes of one adapter for every test of a file, and operators who ask either of them."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession, TCPConnector, WSServerHandshakeError

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.commands.ordering import BOOT_2, BOOT_16
from tests.cpo_adapter.door import basic
from tests.cpo_adapter.sessions.charging import KEY, STATIONS, StationWithCache
from tests.fakes.eventually import eventually_so
from tests.platforms import Running, running_cpo

IDENTITIES: Final = tuple(f"CP-{number}" for number in range(1, 9))
SECRET: Final = bytes.fromhex(KEY)


@dataclass(frozen=True, slots=True)
class Twins:
    first: Running
    second: Running
    session: ClientSession

    async def listed(self, at: Running, path: str) -> Any:
        return await asyncio.to_thread(at.admin.get, path)

    async def told(self, at: Running, path: str, **body: Any) -> Any:
        return await asyncio.to_thread(at.admin.post, path, body)

    async def station(self, at: Running, identity: str) -> Any:
        """As the operator of that process sees it."""
        return next(each for each in await self.listed(at, "/stations") if each["identity"] == identity)

    async def knock(self, at: Running, identity: str) -> Any:
        """As the operator of that process sees it, if it is there."""
        listed = await self.listed(at, "/stations/knocks")
        return next((each for each in listed if each["identity"] == identity), None)

    @asynccontextmanager
    async def line(
        self, at: Running, identity: str, key: bytes = SECRET, *, protocol: str = "ocpp1.6"
    ) -> AsyncIterator[StationWithCache]:
        """Booted; nobody at the other process need know of it yet."""
        url, headers = f"{at.urls['stations']}/ocpp/{identity}", basic(identity.encode(), key)
        async with self.session.ws_connect(url, protocols=(protocol,), headers=headers) as socket:
            station = StationWithCache(socket)
            await station.call("BootNotification", BOOT_16 if protocol == "ocpp1.6" else BOOT_2)
            yield station

    async def comes_in(self, at: Running, identity: str, key: bytes = SECRET) -> bool:
        try:
            async with self.line(at, identity, key):
                return True
        except WSServerHandshakeError:
            return False

    async def is_known_at(self, at: Running, identity: str) -> None:
        """Return once that process knows the station to be connected, wherever."""

        async def is_connected() -> bool:
            return bool((await self.station(at, identity))["connected"])

        await eventually_so(is_connected)


@asynccontextmanager
async def running_twins(mongo_url: str, folder: Path) -> AsyncIterator[Twins]:
    """Each knows the other when this yields."""
    (folder / "stations.toml").write_text(_inventory())
    mongo = await Mongo.connect(mongo_url, f"test_{uuid.uuid4().hex}")
    files = {"inventory": folder / "stations.toml"}
    try:
        async with (
            running_cpo(mongo, SystemClock(), folder, **files) as first,
            running_cpo(mongo, SystemClock(), folder, **files) as second,
            ClientSession() as session,
        ):
            twins = Twins(first, second, session)
            for here, there in ((first, second), (second, first)):
                async with twins.line(here, IDENTITIES[0]):
                    await twins.is_known_at(there, IDENTITIES[0])
            yield twins
    finally:
        await mongo.drop()
        mongo.close()


@asynccontextmanager
async def from_elsewhere(address: str) -> AsyncIterator[ClientSession]:
    async with ClientSession(connector=TCPConnector(local_addr=(address, 0))) as session:
        yield session


def _inventory() -> str:
    """CP-3 shall keep a fallback profile."""
    site, _, station = STATIONS.partition("[[sites.stations]]")
    stations = [station.replace('"CP-1"', f'"{identity}"') for identity in IDENTITIES]
    stations[2] = stations[2].replace('"CP-3"', '"CP-3"\nfallback_a = 10')
    return site + "".join(f"[[sites.stations]]{each}" for each in stations)
