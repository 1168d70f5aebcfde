"""Scenarios 5, 6 and 7: what is wrong with one partner is no trouble of the others, nor of the hub.

How fast the others are served meanwhile is measured by the benchmarks; here it counts that they are.
"""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack

import pytest

from schemas.kinds import PartyId
from simulators import faults
from tests.fakes.eventually import eventually
from tests.faults.ending import rested, served
from tests.faults.forms import IS_FULL, chance, form
from tests.faults.invariants import AT_ONCE, alike, broken, one_at_a_time
from tests.faults.load import Load
from tests.faults.pace import Pace, Watch
from tests.faults.partners import Cast, cast_of
from tests.faults.story import Story
from tests.faults.supervisor import HubProcess
from tests.faults.wall import behind_a_wall, unanswered
from tests.faults.watching import Watched

pytestmark = pytest.mark.slow

SLOT_S = 10.0
"""As long as one request may hold its place, whatever its receiver does."""
SEEN_LATE_S = 5.0
"""After so long at most a receiver notices that it was left."""
HOSTILE = {
    "black hole": faults.black_hole,
    "half open": faults.half_open,
    "reset": faults.reset,
    "drip": faults.drip,
    "endless": faults.endless,
    "huge": faults.huge,
    "bomb": faults.bomb,
    "redirects": faults.redirects,
    "wrong JSON": faults.wrong_json,
}


async def test_one_partner_that_hangs_costs_the_others_nothing_and_the_hub_eight_places(
    hub: HubProcess,
) -> None:
    """Scenario 5."""
    story, charges = Story("slow-partner"), form(30, 600)
    async with cast_of(hub, cpos=2, emsps=form(10, 50)) as cast:
        hanging, *_ = cast.emsps
        before, watched = hub.usage(), Watched(faults.slow(30))
        async with Load(cast, chance("slow-partner")).going_on() as load:
            usual = await pace_of(cast, load, charges)
            with hanging.partner.faults.acting(watched):
                pace = await pace_of(cast, load, charges, but_not=[hanging.party])
                story.tell(f"the others: {pace.against(usual)}; {watched.met} requests hung")
                assert watched.met >= 1
                assert cast.oracle.most_to_party[hanging.party] <= AT_ONCE
                grown = alike(before, hub.usage(), more_mb=64, more_files=(len(cast.emsps) + 2) * AT_ONCE)
                story.ends_well([*grown, *load.locked_out])
        if IS_FULL:
            cast.oracle.excused[hanging.party] += watched.met
            story.ends_well(broken(cast.oracle, await rested(hub, within_s=120)))


async def pace_of(cast: Cast, load: Load, charges: int, but_not: Collection[PartyId] = ()) -> Pace:
    watch = Watch(cast.oracle)
    load.release(charges)
    await load.finish()
    await served(cast.oracle, but_not=but_not)
    return watch.pace(but_not)


async def test_behind_a_wall_no_connection_comes_about() -> None:
    with unanswered() as port, pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await asyncio.open_connection("127.0.0.1", port)


async def test_hostile_answers_hold_a_place_for_ten_seconds_and_nobody_else(hub: HubProcess) -> None:
    """Scenario 6, and F-37: each partner does another thing to the hub; then all are well and catch up."""
    story = Story("hostile-answers")
    async with cast_of(hub, cpos=2, emsps=len(HOSTILE) + 4) as cast:
        hostile, walled = dict(zip(HOSTILE, cast.emsps, strict=False)), cast.emsps[-1]
        watched = {name: Watched(make()) for name, make in HOSTILE.items()}
        before = hub.usage()
        async with (
            Load(cast, chance("hostile-answers")).going_on() as load,
            behind_a_wall(hub, walled),
            AsyncExitStack() as acting,
        ):
            for name, player in hostile.items():
                acting.enter_context(player.partner.faults.acting(watched[name]))
            load.release(form(60, 600))
            await load.finish()
            await served(cast.oracle, but_not=[each.party for each in (walled, *hostile.values())])
            during = hub.usage()
            met = ", ".join(f"{name} {each.met}" for name, each in watched.items())
            story.tell(f"the others have everything; met: {met}")
            await eventually(lambda: all(each.held_s for each in watched.values()), within_s=40)
        for name, player in hostile.items():
            cast.oracle.excused[player.party] += watched[name].met
        ending = await rested(hub)
        story.tell("all have everything")
        grown = alike(before, during, more_mb=96, more_files=(len(cast.emsps) + 2) * AT_ONCE)
        story.ends_well([*held_too_long(watched), *grown, *broken(cast.oracle, ending)])


def held_too_long(watched: Mapping[str, Watched]) -> list[str]:
    longest_s = {name: max(each.held_s) for name, each in watched.items()}
    return [
        f"{name} held a place for {held_s:.1f} s"
        for name, held_s in longest_s.items()
        if held_s > SLOT_S + SEEN_LATE_S
    ]


async def test_a_flapping_partner_is_not_stormed_and_has_everything_in_the_end(hub: HubProcess) -> None:
    """Scenario 7: while it is down it is tried now and then, and that is a fifth of all at most.

    In full for ten minutes: sixty times tell as much as a hundred and eighty.
    """
    story, (up_s, down_s) = Story("flapping"), form((3, 3), (5, 5))
    times = form(2, 60)
    async with cast_of(hub, cpos=2, emsps=3) as cast:
        flapping, *_ = cast.emsps
        down = Watched(faults.dead())
        watched = Watched(faults.in_turn((up_s, None), (down_s, down)))
        async with Load(cast, chance("flapping")).going_on() as load:
            with flapping.partner.faults.acting(watched):
                for _ in range(5 * times * (up_s + down_s)):
                    load.release(form(2, 5))
                    await asyncio.sleep(0.2)
                await load.finish()
                story.tell(f"{watched.met} requests, {down.met} while it was down {times} times")
        cast.oracle.excused[flapping.party] += down.met
        ending = await rested(hub, within_s=form(60, 180))
        stormed = f"{down.met} of {watched.met} requests were in vain"
        is_stormed = down.met > times * (AT_ONCE + down_s) or (IS_FULL and down.met > watched.met / 5)
        lines = [stormed] if is_stormed else []
        story.ends_well([*lines, *one_at_a_time(cast.oracle), *broken(cast.oracle, ending)])
