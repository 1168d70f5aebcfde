"""A wall clock that is set back an hour keeps nothing from its partner for that hour (needs: scenario 13)."""

from datetime import timedelta
from pathlib import Path

import pytest

from ocpi.delivery.leases import COLLECTION as LANES
from ocpi.delivery.leases import LIFETIME, Leases
from ocpi.delivery.marks import COLLECTION as MARKS
from ocpi.delivery.troubles import Trouble, Troubles
from ocpi.process.mongo import Mongo
from ocpi.wire.interfaces import Side
from simulators.partner import Reply
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import running_hub
from tests.roaming import Roaming

RECEIVER = Side.RECEIVER


@pytest.fixture
async def old_roaming(roaming: Roaming, clock: ManualClock) -> Roaming:
    """Its partners have agreed long before whatever happens."""
    await clock.leap(hours=3)
    return roaming


async def refused_once(roaming: Roaming, reply: Reply) -> int:
    """A location that its receiver answered so; how often it was tried."""
    roaming.emsp.answer("PUT", "locations", RECEIVER, lambda _: reply)
    await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location())
    await eventually(lambda: roaming.emsp.heard("locations"))
    marks = roaming.hub.foundation.mongo.collection(MARKS)

    async def is_postponed() -> bool:
        return await marks.find_one({"attempts": {"$gt": 0}}) is not None

    await eventually_so(is_postponed)
    roaming.emsp.answer("PUT", "locations", RECEIVER, lambda _: Reply())
    return len(roaming.emsp.heard("locations"))


async def test_what_waits_is_tried_when_the_clock_is_set_back(
    old_roaming: Roaming, clock: ManualClock
) -> None:
    roaming = old_roaming
    tried = await refused_once(roaming, Reply(http=503))

    clock.set_back(hours=1)

    await eventually(lambda: len(roaming.emsp.heard("locations")) > tried)
    await eventually_so(lambda: nothing_waits(roaming))


async def test_what_is_put_after_a_setback_goes_out_at_once(old_roaming: Roaming, clock: ManualClock) -> None:
    roaming = old_roaming
    await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location())
    await eventually(lambda: roaming.emsp.heard("locations"))

    clock.set_back(hours=1)
    await roaming.push("locations", "FR", "CPO", "LOC2", body=build.location(id="LOC2"))

    await eventually(lambda: len(roaming.emsp.heard("locations")) == 2)


async def test_a_rest_that_the_partner_asked_for_is_kept(mongo: Mongo, clock: ManualClock) -> None:
    troubles, until = Troubles(mongo, clock), clock.now() + timedelta(seconds=60)
    await mongo.collection(LANES).insert_many([{"_id": "asked"}, {"_id": "unasked"}])
    await troubles.began("asked", Trouble(1, until, is_asked=True))
    await troubles.began("unasked", Trouble(1, until))

    clock.set_back(hours=1)
    await troubles.end_rests(beyond=timedelta(minutes=2))

    found = await troubles.all()
    assert {name: each.rests_until for name, each in found.items()} == {
        "asked": until,
        "unasked": clock.now(),
    }


async def test_a_process_that_begins_after_a_setback_does_not_wait_either(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, old_roaming: Roaming
) -> None:
    tried = await refused_once(old_roaming, Reply(http=503))
    await old_roaming.hub.foundation.supervisor.stop()
    clock.set_back(hours=1)

    async with running_hub(mongo, clock, tmp_path):
        await eventually(lambda: len(old_roaming.emsp.heard("locations")) > tried)


async def test_leases_end_as_soon_as_ever_after_a_setback(mongo: Mongo, clock: ManualClock) -> None:
    one, other = Leases(mongo, clock, "host:1"), Leases(mongo, clock, "host:2")
    assert await one.take("P")

    clock.set_back(hours=1)
    assert not one.holds("P")

    assert await one.take("P")
    assert not await other.take("P")
    await clock.advance(seconds=(LIFETIME + timedelta(seconds=1)).total_seconds())
    assert await other.take("P")


async def nothing_waits(roaming: Roaming) -> bool:
    return await roaming.hub.foundation.mongo.collection(MARKS).find_one({}) is None


async def test_a_lease_of_a_process_that_died_before_the_setback_is_free(
    mongo: Mongo, clock: ManualClock
) -> None:
    assert await Leases(mongo, clock, "host:1").take("P")

    clock.set_back(hours=1)

    assert await Leases(mongo, clock, "host:2").take("P")
