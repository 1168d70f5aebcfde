"""Scenarios 2, 13 and 17: an adapter with stations is killed, its clock jumps, all stations return."""

import asyncio
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from ocpi.process.clock import SystemClock
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from simulators.lean import Gone, Identity, LeanStation, Refused
from simulators.partner import SimulatedPartner
from tests.faults.doom import MOMENTS, STATIONS, Doom
from tests.faults.forms import chance, form
from tests.faults.stations import (
    KEY,
    AdapterProcess,
    Told,
    adapter,
    billed,
    bills_of,
    broken,
    cars_of,
    key_of,
    now,
    whereabouts,
)
from tests.faults.story import Story
from tests.faults.supervisor import Nursery
from tests.platforms import CPO, EMSP

pytestmark = pytest.mark.slow

CARS = form(6, 500)
TRANSACTIONS = form(3, 10)
KILLS_IN_TIME = form(1, 40)
ROUNDS_OF_DOOM = form(1, 10)
DOOMS = form(3, 80)
LATEST_CALL = form(3, 60)
RETURNING = form(200, 18_000)
JUMPS_S = (3600.0, -3600.0, 0.0, 86_400.0, 0.0)
BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}


async def test_an_adapter_that_is_killed_anywhere_bills_what_its_stations_counted(
    nursery: Nursery, mongo_url: str, tmp_path: Path
) -> None:
    """Scenario 2. In the full form 5 000 transactions of 500 stations of both versions and 120 kills."""
    story, fate, told = Story("kill9-adapter"), chance("kill9-adapter"), Told()
    lives = [*fate.sample(dooms(fate), DOOMS), *[None] * KILLS_IN_TIME]
    fate.shuffle(lives)
    async with adapter(nursery, mongo_url, tmp_path, CARS) as (process, issuer):
        cars = cars_of(process, CARS, told, chance("kill9-adapter cars"))
        charging = asyncio.gather(*(car.charge(TRANSACTIONS, now()) for car in cars))
        for doom in lives:
            await process.end()
            await process.begin(doom)
            await lived(process, fate.uniform(0.05, 0.5), doom)
            story.tell(f"killed {doom or 'in time'}; {len(told.counted)} transactions told")
        await process.end()
        await process.begin()
        async with asyncio.timeout(form(60, 1800)):
            await charging
        story.tell(f"all {len(told.counted)} transactions told, {len(bills_of(issuer))} bills came")
        bills = await billed(told, issuer, quiet_s=form(30, 90))
        counted = sum(told.counted.values())
        story.tell(f"{len(bills)} bills over {counted} Wh, {told.repeated} messages told once more")
        story.ends_well([*broken(told, bills, len(lives)), *await whereabouts(process, told, bills)])


def dooms(fate: Random) -> list[Doom]:
    points = [(point, moment) for point in STATIONS for moment in MOMENTS]
    return [Doom(*each, fate.randint(1, LATEST_CALL)) for each in points * ROUNDS_OF_DOOM]


async def lived(process: AdapterProcess, for_s: float, doom: Doom | None) -> None:
    """Until its doom, or so long: what it was to die of may not come any more."""
    try:
        await process.died(within_s=2.0 if doom else for_s)
    except TimeoutError:
        process.kill()
        await process.died()


async def test_a_clock_that_jumps_loses_no_bill_and_no_page(
    nursery: Nursery, mongo_url: str, tmp_path: Path
) -> None:
    """Scenario 13: an hour ahead, an hour back, right, a day ahead and right again, in the middle of charges.

    Whatever waits then for an instant by that clock goes out soon after the last jump.
    """
    story, told = Story("clock"), Told()
    async with adapter(nursery, mongo_url, tmp_path, CARS) as (process, issuer):
        cars = cars_of(process, CARS, told, chance("clock"))
        for turn, ahead_s in enumerate(JUMPS_S):
            until = now() - timedelta(days=len(JUMPS_S) - turn)
            charging = asyncio.gather(*(car.charge(1, until) for car in cars))
            await asyncio.sleep(0)
            process.set_ahead(ahead_s)
            await charging
            bills = len(bills_of(issuer))
            story.tell(f"clock {ahead_s:+.0f} s; {len(told.counted)} transactions told, {bills} bills came")
        sent = await billed(told, issuer, quiet_s=60)
        listed = await all_pages(issuer)
        missing = [f"{each} is on no page" for each in told.counted.keys() - listed]
        story.ends_well([*broken(told, sent, 0), *missing, *await whereabouts(process, told, sent)])


async def all_pages(issuer: SimulatedPartner) -> set[tuple[str, str]]:
    """The bills that the adapter lists, few at a time, each by its station and start."""
    found: set[tuple[str, str]] = set()
    offset = 0
    while True:
        heard = await issuer.call(
            "GET",
            "cdrs",
            Side.SENDER,
            routing=Routing(to=CPO, sender=EMSP),
            query={"limit": "4", "offset": str(offset)},
        )
        if not heard.data:
            return found
        found |= {key_of(each) for each in heard.data}
        offset += len(heard.data)


async def test_all_stations_that_return_at_once_are_let_in_and_boot(
    nursery: Nursery, mongo_url: str, tmp_path: Path
) -> None:
    """Scenario 17 (B-20). In the full form 18 000 stations; all within five minutes, in less than 2.5 GB."""
    story, clock = Story("reconnect-storm"), SystemClock()
    async with adapter(nursery, mongo_url, tmp_path, RETURNING) as (process, _):
        before = await asyncio.gather(*(come_back(process, number) for number in range(RETURNING)))
        story.tell(f"{RETURNING} stations booted")
        process.kill()
        await process.died()
        for line in before:
            line.cut()
        await process.begin()
        began_s = clock.monotonic()
        lines = await asyncio.gather(*(come_back(process, number) for number in range(RETURNING)))
        took_s, memory_mb = clock.monotonic() - began_s, process.usage().memory_mb
        story.tell(f"all back after {took_s:.1f} s, {memory_mb:.0f} MB")
        for line in lines:
            line.cut()
        assert took_s < 300
        assert memory_mb < 2_500


async def come_back(process: AdapterProcess, number: int) -> LeanStation:
    """And boot; told to wait, it waits."""
    while True:
        try:
            line = await LeanStation.connect(process.stations_url, Identity(f"CP-{number}", KEY))
            await line.call("BootNotification", BOOT)
        except Refused as refusal:
            await asyncio.sleep(waits(refusal))
        except (Gone, OSError):
            await asyncio.sleep(0.5)
        else:
            return line


def waits(refusal: Refused) -> float:
    assert refusal.retry_after_s is not None, refusal
    return refusal.retry_after_s
