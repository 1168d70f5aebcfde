"""Scenario 8: many partners return at once after a day, and each is told what is now, not what has been."""

import asyncio
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from schemas.kinds import PartyId
from simulators import faults
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.faults.ending import served
from tests.faults.forms import chance, form
from tests.faults.here import HubHere, hub_here
from tests.faults.invariants import never_backwards, one_at_a_time, up_to_date, within_agreements
from tests.faults.load import Load, location
from tests.faults.partners import Cast, cast_of
from tests.faults.story import Story

pytestmark = pytest.mark.slow

PARTNERS, OBJECTS, VERSIONS = form((8, 20, 3), (50, 100, 5))


async def test_partners_that_return_together_get_the_latest_states_alone_and_hold_up_nobody(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    story = Story("thundering-return")
    async with hub_here(mongo, clock, tmp_path) as hub, cast_of(hub, cpos=1, emsps=PARTNERS + 1) as cast:
        always_here, *away = [emsp.party for emsp in cast.emsps]
        load = Load(cast, chance("thundering-return"))
        with ExitStack() as outage:
            for emsp in cast.emsps[1:]:
                outage.enter_context(emsp.partner.faults.acting(faults.dead()))
            for version in range(1, VERSIONS + 1):
                await tell_all(cast, load, version)
                await hub.much_later(hours=24 / VERSIONS)
            await served(cast.oracle, but_not=away)
            assert {each.party for each in cast.oracle.arrived} == {always_here}
            story.tell("away for a day")
        await returned(hub, cast, load, always_here)
        came = Counter(each.party for each in cast.oracle.arrived)
        story.tell(f"caught up; messages: {dict(came.items())}")
        stormed = [f"{party} was sent {came[party]} messages" for party in away if came[party] > OBJECTS + 1]
        story.ends_well(
            [
                *stormed,
                *up_to_date(cast.oracle),
                *never_backwards(cast.oracle.arrived),
                *one_at_a_time(cast.oracle),
                *within_agreements(cast.oracle),
            ]
        )


async def tell_all(cast: Cast, load: Load, version: int) -> None:
    (cpo,) = cast.cpos
    for number in range(OBJECTS):
        await load.tell(cpo, location(cpo.party, f"L{number}", version))


async def returned(hub: HubHere, cast: Cast, load: Load, always_here: PartyId) -> None:
    """Whoever was there all the time is told news while the others are catching up."""
    (cpo,) = cast.cpos
    await asyncio.gather(
        hub.later(minutes=1.5),
        load.tell(cpo, location(cpo.party, "NEWS", 1)),
        eventually(lambda: told(cast, always_here, "NEWS"), within_s=30),
    )
    for _ in range(10):
        if await hub.nothing_due():
            break
        await hub.later(minutes=1.5)
    await eventually_so(hub.nothing_due, within_s=form(30, 300))


def told(cast: Cast, party: PartyId, name: str) -> bool:
    return any(each.party == party and each.place[1].endswith(name) for each in cast.oracle.arrived)
