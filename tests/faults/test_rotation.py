"""Scenario 15: tokens are exchanged while cars charge and hubs die, and nobody is ever locked out."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from random import Random

import pytest
from aiohttp import ClientError

from passerelle.admin_client import AdminRefused
from tests.faults.doom import MOMENTS, ROTATING, Doom
from tests.faults.ending import rested
from tests.faults.forms import chance, form
from tests.faults.invariants import broken
from tests.faults.load import Load
from tests.faults.partners import Player, cast_of
from tests.faults.story import Story
from tests.faults.supervisor import HubProcess
from tests.faults.watching import Watched

pytestmark = pytest.mark.slow

ROTATIONS = form(16, 100)
CRASH_EACH = form(4, 10)
PAUSE_S = form(0.0, 1.0)


async def test_tokens_that_are_exchanged_under_load_lock_nobody_out(hub: HubProcess) -> None:
    """Begun by either side, some of them cut off by a crash: the former token opens until the new one did."""
    story, fate = Story("credential-rotation"), chance("credential-rotation")
    async with cast_of(hub, cpos=2, emsps=3) as cast:
        everybody = [*cast.cpos, *cast.emsps]
        shown = [Watched() for _ in everybody]
        for player, watched in zip(everybody, shown, strict=True):
            player.partner.faults.begin(watched)
        crashes = 0
        async with Load(cast, chance("credential-rotation load")).going_on() as load:
            for number in range(1, ROTATIONS + 1):
                load.release(4)
                player = fate.choice(everybody)
                if number % CRASH_EACH == 0:
                    crashes += 1
                    story.tell(await cut_off(hub, player, fate))
                else:
                    await exchange(hub, player, fate)
                await asyncio.sleep(PAUSE_S)
            await load.finish()
        for player in everybody:
            assert (await player.partner.renew()).is_success, f"{player.party} is locked out"
            await hub.operate(f"/partners/{player.name}/rotate", {})
        ending = await rested(hub, kills=crashes)
        refused = [
            f"{player.party} refused {watched.said[HTTPStatus.UNAUTHORIZED]} requests for their token"
            for player, watched in zip(everybody, shown, strict=True)
            if watched.said[HTTPStatus.UNAUTHORIZED]
        ]
        story.ends_well([*load.locked_out, *refused, *broken(cast.oracle, ending)])


async def exchange(hub: HubProcess, player: Player, fate: Random) -> None:
    if fate.random() < 0.5:
        await hub.operate(f"/partners/{player.name}/rotate", {})
    else:
        assert (await player.partner.renew()).is_success


async def cut_off(hub: HubProcess, player: Player, fate: Random) -> str:
    """The hub dies somewhere in the middle, and begins anew."""
    is_ours = fate.random() < 0.5
    points = list(ROTATING) if is_ours else ["keep the new connection"]
    doom = Doom(fate.choice(points), fate.choice(MOMENTS))
    await hub.end()
    await hub.begin(doom)
    with suppress(AdminRefused, ClientError, OSError):
        await (hub.operate(f"/partners/{player.name}/rotate", {}) if is_ours else player.partner.renew())
    await hub.died()
    await hub.begin()
    return f"killed {doom}, which {'the hub' if is_ours else player.party} began"
