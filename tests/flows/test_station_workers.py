"""`passerelle cpo --workers 2` as it runs: stations at either process, which come and go one after the other.

A rolling restart and a kill lose no transaction, and none is billed twice. Issue: several at once.
"""

import asyncio
import os
import signal
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import pytest
from aiohttp import ClientSession

from ocpi.process.clock import SystemClock
from ocpi.process.tasks import Supervisor
from simulators.charge import Charge, Charged, PowerProfile
from simulators.partner import SimulatedPartner
from simulators.station import SimulatedStation, StationSettings
from tests.cpo_adapter.commands.ordering import KEY, Ordering, written
from tests.fakes.eventually import eventually, eventually_so
from tests.flows.test_workers import PATIENCE_S, is_alive, workers_of
from tests.platforms import EMSP, agree, connect
from tests.processes import ServiceProcess, cpo_process

pytestmark = pytest.mark.slow
CARD = "CARD"
# 6 s of real time, 10 kWh: long enough for both processes to go and come.
CHARGE = Charge(
    uid=CARD,
    profile=PowerProfile.constant(power_w=10_000, duration_s=3600),
    duration_s=3600,
    sample_every_s=300,
    speed=600,
)
AT_ONCE = 8
STATIONS = ("CP-1", "CP-2", "CP-3")


@dataclass(frozen=True, slots=True)
class Yard:
    cpo: ServiceProcess
    orders: Ordering

    async def charge_all(self) -> list[Charged]:
        stations = self.orders.stations.values()
        return list(await asyncio.gather(*(station.charge(CHARGE) for station in stations)))

    async def all_reach_the_station(self) -> bool:
        """So many orders, each on a connection of its own, that both processes take some."""
        where = {"location_id": "GARE", "evse_uid": "CP-1-1", "connector_id": "1"}
        orders = [self.orders.order("UNLOCK_CONNECTOR", **where) for _ in range(AT_ONCE)]
        told = await asyncio.gather(*orders)
        if any((heard.data or {}).get("result") != "ACCEPTED" for heard, _ in told):
            return False  # one of the two has not heard yet of the partner, or of the station
        results = [await self.orders.result(url) for _, url in told]
        return results == [{"result": "ACCEPTED"}] * AT_ONCE


@pytest.fixture(scope="module")
def cpo(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    folder, database = tmp_path_factory.mktemp("cpo"), f"test_{uuid.uuid4().hex}"[:38]
    with cpo_process(mongo_url, database, folder, workers=2, **written(folder)) as process:
        yield process


@pytest.fixture
async def yard(cpo: ServiceProcess) -> AsyncIterator[Yard]:
    """Each station is a process's own; which, the kernel decides."""
    cpo.wait_ready()
    await eventually(lambda: cpo.health()["degraded"] is False, within_s=PATIENCE_S)
    clock = SystemClock()
    async with (
        SimulatedPartner(("EMSP", EMSP)) as emsp,
        ClientSession() as session,
        Supervisor(name="stations", clock=clock) as supervisor,
    ):
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        stations = {
            name: SimulatedStation(
                StationSettings(identity=name, key=KEY, reconnect_s=0.1, retry_s=0.2),
                url=f"ws://127.0.0.1:{cpo.stations_port}/ocpp",
                session=session,
                supervisor=supervisor,
                clock=clock,
            )
            for name in STATIONS
        }
        for station in stations.values():
            station.start()
        await asyncio.gather(*(station.ready() for station in stations.values()))
        orders = Ordering(cast("Any", cpo), emsp, stations, session)
        await eventually_so(partial(is_card_kept, orders), within_s=PATIENCE_S)
        yield Yard(cpo, orders)


async def test_a_rolling_restart_and_a_kill_lose_no_transaction_and_double_no_bill(yard: Yard) -> None:
    """The first process is told to stop, the second is killed, each while all stations charge (B-22).

    Before that, orders come to both processes, and reach their stations wherever these are.
    """
    await eventually_so(yard.all_reach_the_station, within_s=PATIENCE_S)
    charging = asyncio.gather(yard.charge_all())
    for way in (signal.SIGTERM, signal.SIGKILL):
        await asyncio.sleep(1)
        victim, _ = workers_of(yard.cpo)  # the older one
        os.kill(victim, way)
        await eventually(partial(is_gone, victim), within_s=PATIENCE_S)
        await eventually(lambda: yard.cpo.health()["degraded"] is False, within_s=PATIENCE_S)
    (charged,) = await charging
    await eventually(lambda: len(yard.orders.bills()) >= len(STATIONS), within_s=PATIENCE_S)
    billed = sorted(float(bill["total_energy"]) * 1000 for bill in yard.orders.bills())
    assert billed == sorted(each.energy_wh for each in charged)
    assert len({bill["session_id"] for bill in yard.orders.bills()}) == len(STATIONS)


async def is_card_kept(orders: Ordering) -> bool:
    """Not before the process that is asked has heard of the agreement, which another was told of."""
    heard = await orders.put_card(CARD)
    return heard.is_success


def is_gone(pid: int) -> bool:
    return not is_alive(pid)
