"""`passerelle cpo --workers 2` as it runs: stations at either process, which come and go one after the other.

A rolling restart and a kill lose no transaction, none is billed twice, and a stop that is held for a station
outlives them all. Issue: several at once.
"""

import asyncio
import json
import os
import signal
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import pytest
import pytest_asyncio
from aiohttp import ClientSession, WSMsgType

from ocpi.process.clock import SystemClock
from ocpi.process.tasks import Supervisor
from simulators.charge import Charge, Charged, PowerProfile
from simulators.partner import SimulatedPartner
from simulators.station import SimulatedStation, StationSettings
from tests.cpo_adapter.commands.ordering import BOOT_16, KEY, Ordering, later, written
from tests.cpo_adapter.commands.saying import hear_stop
from tests.cpo_adapter.door import RawStation, basic
from tests.fakes.eventually import eventually, eventually_so
from tests.flows.test_workers import PATIENCE_S, is_alive, workers_of
from tests.platforms import EMSP, agree, connect
from tests.processes import ServiceProcess, cpo_process

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
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

    @asynccontextmanager
    async def line(self) -> AsyncIterator[RawStation]:
        """CP-4, which says what a test wants said."""
        url = f"ws://127.0.0.1:{self.cpo.stations_port}/ocpp/CP-4"
        headers = basic(b"CP-4", bytes.fromhex(KEY))
        async with self.orders.http.ws_connect(url, protocols=("ocpp1.6",), headers=headers) as socket:
            station = RawStation(socket)
            await station.call("BootNotification", BOOT_16)
            yield station

    async def is_released(self) -> bool:
        """Whether the stop at CP-4 has been sent and answered, and its result told."""
        listed = await self.orders.listed("/orders")
        return [(each["said"], each["is_open"]) for each in listed if each["station"] == "CP-4"] == [
            ("ACCEPTED", False)
        ]


@pytest.fixture(scope="module")
def cpo(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    folder, database = tmp_path_factory.mktemp("cpo"), f"test_{uuid.uuid4().hex}"[:38]
    settings = {"workers": 2, "stop_when_away": "hold", **written(folder)}
    with cpo_process(mongo_url, database, folder, **settings) as process:
        yield process


@pytest_asyncio.fixture(scope="module", loop_scope="module")
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


async def test_a_stop_that_is_held_outlives_the_processes_over_it(yard: Yard) -> None:
    """Killed once the station has heard it, and before it answers (B-103): it hears it from the next one."""
    async with yard.line() as station:
        begun = {"connectorId": 1, "idTag": CARD, "meterStart": 0, "timestamp": later(seconds=-2)}
        number = (await station.call("StartTransaction", begun))[2]["transactionId"]
        session = partial(session_at, yard.orders, "CP-4-1")
        await eventually(session)
    url = await yard.orders.accepted("STOP_SESSION", session_id=session())
    async with yard.line() as station:
        lost = await hear_stop(station)
        victims = workers_of(yard.cpo)
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        assert (await station.socket.receive()).type is not WSMsgType.TEXT
    await eventually(lambda: all(map(is_gone, victims)), within_s=PATIENCE_S)
    await eventually(lambda: yard.cpo.health()["degraded"] is False, within_s=PATIENCE_S)
    async with yard.line() as station:
        asked = await hear_stop(station)
        await station.say(json.dumps([3, asked[1], {"status": "Accepted"}]))
        await eventually_so(yard.is_released, within_s=PATIENCE_S)

    assert lost[2:] == asked[2:] == ["RemoteStopTransaction", {"transactionId": number}]
    (told,) = yard.orders.told(url)
    assert told.json()["result"] in {"ACCEPTED", "TIMEOUT"}  # a slow machine is not back in time


def session_at(orders: Ordering, evse_uid: str) -> str | None:
    return next((each["id"] for each in orders.sessions() if each["evse_uid"] == evse_uid), None)


async def is_card_kept(orders: Ordering) -> bool:
    """Not before the process that is asked has heard of the agreement, which another was told of."""
    heard = await orders.put_card(CARD)
    return heard.is_success


def is_gone(pid: int) -> bool:
    return not is_alive(pid)
