"""Numbers in place of reservation ids."""

import asyncio

from hub.callbacks.numbers import FIRST, Numbers
from ocpi.process.mongo import Mongo
from schemas.kinds import PartyId
from tests.fakes.clock import ManualClock
from tests.platforms import EMSP


async def test_an_id_has_one_number_whoever_asks_for_it_at_once(mongo: Mongo, clock: ManualClock) -> None:
    """Also in several processes; and no two ids of an eMSP have the same."""
    processes = [Numbers(mongo, clock) for _ in range(4)]
    asked = [each.of(EMSP, name) for each in processes for name in ("R1", "r1", "R2")]
    found = await asyncio.gather(*asked)
    first, second = set(found[0::3] + found[1::3]), set(found[2::3])
    assert (len(first), len(second), len(first | second)) == (1, 1, 2)
    assert min(found) >= FIRST


async def test_each_emsp_has_its_own(mongo: Mongo, clock: ManualClock) -> None:
    numbers = Numbers(mongo, clock)
    assert await numbers.of(EMSP, "R1") == await numbers.of(PartyId("DE", "MSP"), "R1") == FIRST
