"""Two processes of one adapter, as two machines run them; partners and orders come to the first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.commands.ordering import BOOT_2, BOOT_16, KEY, Ordering, ordering, written
from tests.cpo_adapter.door import RawStation, basic
from tests.fakes.eventually import eventually_so
from tests.platforms import Running, running_cpo

PLACE = {"location_id": "PARC", "evse_uid": "CP-4-1", "connector_id": "1"}


@dataclass(frozen=True, slots=True)
class Pair:
    """`orders` go to the first process; CP-1 to CP-3 are there."""

    mongo: Mongo
    orders: Ordering
    other: Running

    @property
    def first(self) -> Running:
        return self.orders.cpo

    @asynccontextmanager
    async def station(
        self,
        at: Running,
        *,
        boots: bool = True,
        protocol: str = "ocpp1.6",
        seen_by: Running | None = None,
    ) -> AsyncIterator[RawStation]:
        """CP-4, at one of the two; the first, or `seen_by`, knows where it is when this yields."""
        url = f"{at.urls['stations']}/ocpp/CP-4"
        headers = basic(b"CP-4", bytes.fromhex(KEY))
        async with self.orders.http.ws_connect(url, protocols=(protocol,), headers=headers) as socket:
            station = RawStation(socket)
            if boots:
                await station.call("BootNotification", BOOT_16 if protocol == "ocpp1.6" else BOOT_2)
            await eventually_so(partial(is_connected, seen_by or self.first))
            yield station

    async def asked_of(self, station: RawStation, **told: Any) -> tuple[str, list[Any]]:
        """An order at the first process: the address of its result, and what the station heard."""
        url = await self.orders.accepted("UNLOCK_CONNECTOR", **PLACE, **told)
        return url, await station.hear()

    def statuses(self) -> list[str]:
        """Of CP-4's EVSE, as the eMSP was told one after another, repetitions left out."""
        told = [put.json() for put in self.orders.emsp.heard("locations", "PUT")]
        found = [each["evses"] for each in told if each["id"] == "PARC"]
        all_of_them = [evse["status"] for evses in found for evse in evses if evse["uid"] == "CP-4-1"]
        return [each for number, each in enumerate(all_of_them) if all_of_them[number - 1 : number] != [each]]


async def is_connected(cpo: Running) -> bool:
    """Whether an operator who asks this process is told that CP-4 is there."""
    stations = await asyncio.to_thread(cpo.admin.get, "/stations")
    return any(each["identity"] == "CP-4" and each["connected"] for each in stations)


@asynccontextmanager
async def two_processes(mongo: Mongo, folder: Path, **more: Any) -> AsyncIterator[Pair]:
    """`more` are settings of both."""
    async with (
        ordering(mongo, folder, **more) as orders,
        running_cpo(mongo, SystemClock(), folder, **written(folder), **more) as other,
    ):
        yield Pair(mongo, orders, other)


@pytest.fixture
async def pair(mongo: Mongo, tmp_path: Path) -> AsyncIterator[Pair]:
    async with two_processes(mongo, tmp_path) as running:
        yield running
