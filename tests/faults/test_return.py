"""Scenario 8: many partners return at once after a day, and each is told what is now, not what has been.

In full, two hundred partners lack two hundred objects each. They are played in the process of the hub here: how
long news take says as much of them as of the hub, so it counts that news come soon, and are not behind all that.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from schemas.kinds import PartyId
from simulators import faults
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.faults.ending import served
from tests.faults.forms import chance, form
from tests.faults.here import HubHere, hub_here
from tests.faults.invariants import never_backwards, one_at_a_time, up_to_date, within_agreements
from tests.faults.load import Load, location
from tests.faults.oracle import Arrived
from tests.faults.partners import Cast, cast_of
from tests.faults.story import Story

pytestmark = pytest.mark.slow

PARTNERS, OBJECTS, VERSIONS = form((8, 20, 3), (200, 200, 2))
NEWS = form(3, 30)
NEWS_WITHIN_S = 15
MOST_MESSAGES = OBJECTS + 2 * NEWS
LEAST_SHARE = form(0.0, 0.5)  # the short form is over within a second, before all are looked for
LOOK_EVERY_S, STILL_LOOKS = 0.2, 10


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
            usual_s = await news(cast, load, always_here, "usual")
            story.tell(f"away for a day, {len(await hub.marks())} marks; news take {usual_s:.2f} s at most")
        _, longest_s = await asyncio.gather(
            hub.much_later(minutes=1.5), news(cast, load, always_here, "meanwhile")
        )
        await everything_is_told(hub)
        caught_up = [each for each in cast.oracle.arrived if each.party != always_here]
        story.tell(f"caught up with {len(caught_up)} messages; news took {longest_s:.2f} s at most")
        fair = share(caught_up, away)
        story.tell(f"when half of them had come, whoever had least had {fair:.0%} of a fair share")
        assert fair >= LEAST_SHARE
        came = Counter(each.party for each in caught_up)
        stormed = [f"{each} was sent {came[each]} messages" for each in away if came[each] > MOST_MESSAGES]
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


async def news(cast: Cast, load: Load, party: PartyId, name: str) -> float:
    """Something new now and then; how long the party waited for one at most."""
    (cpo,), clock, waited_s = cast.cpos, SystemClock(), [0.0]
    for number in range(NEWS):
        began_s = clock.monotonic()
        path = f"{name}{number}"
        await load.tell(cpo, location(cpo.party, path, 1))
        await eventually(partial(told, cast, party, path), within_s=NEWS_WITHIN_S)
        waited_s.append(clock.monotonic() - began_s)
    return max(waited_s)


def told(cast: Cast, party: PartyId, name: str) -> bool:
    return any(each.party == party and each.place[1].endswith(f"/{name}") for each in cast.oracle.arrived)


async def everything_is_told(hub: HubHere) -> None:
    """Some rest for a minute and a half, and perhaps once more."""
    for _ in range(10):
        if await is_drained(hub):
            return
        await hub.later(minutes=1.5)
    raise AssertionError(f"{len(await hub.marks())} marks are left")


async def is_drained(hub: HubHere) -> bool:
    """False as soon as nothing is told for a while."""
    before, looks = 0, 0
    while looks < STILL_LOOKS:
        waiting = await hub.running.foundation.outbox.waiting()
        if waiting == 0:
            return True
        looks = looks + 1 if waiting == before else 0
        before = waiting
        await asyncio.sleep(LOOK_EVERY_S)
    return False


def share(caught_up: Sequence[Arrived], away: Sequence[PartyId]) -> float:
    """Of what each should have when half of all messages has come, the part that the last one has."""
    half = len(caught_up) // 2
    came = Counter(each.party for each in caught_up[:half])
    return min(came[party] for party in away) * len(away) / half
