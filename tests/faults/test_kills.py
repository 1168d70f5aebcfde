"""Scenario 1: a hub that is killed at any point loses no acknowledged bill, and delivers none as two."""

import asyncio
from contextlib import suppress
from random import Random

import pytest

from passerelle.admin_client import AdminRefused
from tests.faults.doom import DELIVERING, LAST_WORDS, MOMENTS, ROTATING, Doom
from tests.faults.ending import rested
from tests.faults.forms import chance, form
from tests.faults.invariants import broken, repetitions
from tests.faults.load import Load
from tests.faults.partners import Cast, cast_of, cpo_party, emsp_party
from tests.faults.story import Story
from tests.faults.supervisor import HubProcess

pytestmark = pytest.mark.slow

CPOS, EMSPS = form((2, 4), (5, 20))
CHARGES_A_LIFE = form(6, 50)
KILLS_IN_TIME = form(2, 130)
ROUNDS_OF_DOOM = form(1, 5)
LATEST_CALL = form(4, 40)
STRANGERS = [(cpo_party(0), emsp_party(0)), (cpo_party(1), emsp_party(2))]


async def test_a_hub_that_is_killed_anywhere_loses_and_doubles_no_bill(hub: HubProcess) -> None:
    """In the full form 10 000 charges and 200 kills: 70 at chosen points, the others at any time."""
    story, fate, moments = Story("kill9"), chance("kill9"), chance("kill9 moments")

    def pause_s() -> float:
        return moments.uniform(0, 0.01)

    async with cast_of(hub, cpos=CPOS, emsps=EMSPS, strangers=STRANGERS, pause_s=pause_s) as cast:
        lives = [*dooms(fate), *[None] * KILLS_IN_TIME]
        fate.shuffle(lives)
        await hub.end()
        async with Load(cast, chance("kill9 load")).going_on() as load:
            for doom in lives:
                await hub.begin(doom)
                load.release(CHARGES_A_LIFE)
                await (doomed(hub, cast, fate, doom) if doom else killed_in_time(hub, load, fate))
                story.tell(f"killed {doom or 'in time'}; {load.done} charges acknowledged")
            await hub.begin()
            await load.finish()
        ending = await rested(hub, kills=len(lives))
        told, more = len(cast.oracle.bills()), sum(repetitions(cast.oracle).values())
        sent = len(cast.oracle.arrived)
        story.tell(f"{told} bills acknowledged, {more} of {sent} messages once more ({more / sent:.1%})")
        story.ends_well([*broken(cast.oracle, ending), *load.locked_out])


def dooms(fate: Random) -> list[Doom]:
    points = [(point, moment) for point in (*DELIVERING, *ROTATING) for moment in MOMENTS]
    return [
        Doom(point, moment, 1 if point in ROTATING else fate.randint(1, LATEST_CALL))
        for _ in range(ROUNDS_OF_DOOM)
        for point, moment in points
    ]


async def killed_in_time(hub: HubProcess, load: Load, fate: Random) -> None:
    """Somewhere in what is left to do, and somewhere in a charge."""
    await load.reach(load.done + int(load.rest * fate.random()))
    await asyncio.sleep(fate.uniform(0, 0.05))
    hub.kill()
    await hub.died()


async def doomed(hub: HubProcess, cast: Cast, fate: Random, doom: Doom) -> None:
    if doom.point in ROTATING:
        name = fate.choice([*cast.cpos, *cast.emsps]).name
        with suppress(AdminRefused):
            await hub.operate(f"/partners/{name}/rotate", {})
    try:
        await hub.died()
    except TimeoutError:
        raise AssertionError(f"nothing came to {doom}") from None
    assert f"{LAST_WORDS} {doom}" in hub.last_words(), hub.last_words()
