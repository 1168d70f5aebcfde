"""Scenario 16: two hubs work on one database, and one of them stops for a while, or for good."""

from collections.abc import AsyncIterator

import pytest

from ocpi.process.clock import SystemClock
from schemas.kinds import PartyId
from tests.fakes.eventually import eventually
from tests.faults.ending import rested, served
from tests.faults.forms import chance, form
from tests.faults.invariants import broken, one_at_a_time, repetitions
from tests.faults.load import Load
from tests.faults.partners import Cast, cast_of
from tests.faults.story import Story
from tests.faults.supervisor import HubProcess, Nursery

pytestmark = pytest.mark.slow

TAKEN_OVER_WITHIN_S = 15.0
ON_ITS_WAY_S = 1.0
"""For so long arrives what the hub had sent before it stopped."""


@pytest.fixture
async def other(nursery: Nursery, hub: HubProcess) -> AsyncIterator[HubProcess]:
    """A second process of the same service."""
    process = HubProcess(nursery, hub.database, hub.mongo_url, hub.folder, beside=hub)
    await process.begin()
    yield process
    await process.end()


async def test_a_hub_that_stops_is_replaced_and_when_it_wakes_nothing_is_under_way_twice(
    hub: HubProcess, other: HubProcess
) -> None:
    story, moments, stops = Story("split-brain"), chance("split-brain moments"), 0

    def pause_s() -> float:
        return moments.uniform(0.01, 0.05)

    async with cast_of(hub, cpos=2, emsps=4, pause_s=pause_s) as cast:
        async with Load(cast, chance("split-brain"), ports=[hub.port, other.port]).going_on() as load:
            for stopped, goes_on in [(hub, other), (other, hub)][: form(1, 2)] * form(1, 6):
                load.release(form(30, 100))
                await eventually(lambda: cast.oracle.arrived)
                stopped.freeze()
                stops += 1
                load.ports = [goes_on.port]
                story.tell(f"one stopped; {await taken_over(cast, load)}")
                load.release(form(30, 100))
                await load.reach(load.done + 1)
                stopped.thaw()
                load.ports = [hub.port, other.port]
            await load.finish()
            load.release(form(20, 100))
            hub.kill()
            await hub.died()
            load.ports = [other.port]
            story.tell(f"one was killed; {await taken_over(cast, load)}")
        ending = await rested(other, kills=1 + stops)
        story.tell(f"{sum(repetitions(cast.oracle).values())} bills came once more")
        story.ends_well([*load.locked_out, *one_at_a_time(cast.oracle), *broken(cast.oracle, ending)])


async def taken_over(cast: Cast, load: Load) -> str:
    """When the other hub served everybody, and when they had all that was acknowledged."""
    clock = SystemClock()
    began_s = clock.monotonic()

    await load.finish()
    await served(cast.oracle)
    all_s, first_s = clock.monotonic() - began_s, dict[PartyId, float]()
    for each in cast.oracle.arrived:
        if each.at_s >= began_s + ON_ITS_WAY_S:
            first_s.setdefault(each.party, each.at_s - began_s)
    moved_s = max(first_s.values())
    assert moved_s <= TAKEN_OVER_WITHIN_S
    return f"the other had delivered to all {moved_s:.1f} s later, and everything {all_s:.1f} s later"
