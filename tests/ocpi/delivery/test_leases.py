import asyncio

from ocpi.delivery.leases import LIFETIME, Leases
from ocpi.process.mongo import Mongo
from tests.fakes.clock import ManualClock

EMSP, CPO = "the-emsp", "the-cpo"


async def test_a_platform_is_served_by_one_process_at_a_time(mongo: Mongo, clock: ManualClock) -> None:
    """Reliability 16: no double delivery."""
    processes = [Leases(mongo, clock, f"host:{n}") for n in range(5)]
    taken = await asyncio.gather(*(leases.take(EMSP) for leases in processes))
    assert sum(taken) == 1
    assert await processes[taken.index(False)].take(CPO)


async def test_a_lease_is_free_again_when_its_holder_falls_silent(mongo: Mongo, clock: ManualClock) -> None:
    one, other = Leases(mongo, clock, "host:1"), Leases(mongo, clock, "host:2")
    assert await one.take(EMSP)
    await clock.advance(seconds=LIFETIME.total_seconds() - 1)
    assert not await other.take(EMSP)
    await clock.advance(seconds=1)
    assert await other.take(EMSP)
    assert not await one.take(EMSP)


async def test_others_know_when_a_lease_ends(mongo: Mongo, clock: ManualClock) -> None:
    one, other = Leases(mongo, clock, "host:1"), Leases(mongo, clock, "host:2")
    await one.take(EMSP)
    assert await other.end([EMSP, CPO]) == {EMSP: clock.now() + LIFETIME}


async def test_a_lease_that_is_renewed_is_kept(mongo: Mongo, clock: ManualClock) -> None:
    one, other = Leases(mongo, clock, "host:1"), Leases(mongo, clock, "host:2")
    await one.take(EMSP)
    for _ in range(5):
        await clock.advance(seconds=LIFETIME.total_seconds() - 1)
        await one.renew({EMSP})
        assert not await other.take(EMSP)


async def test_nobody_renews_what_another_has_taken(mongo: Mongo, clock: ManualClock) -> None:
    one, other = Leases(mongo, clock, "host:1"), Leases(mongo, clock, "host:2")
    await one.take(EMSP)
    await clock.advance(seconds=LIFETIME.total_seconds())
    await other.take(EMSP)
    await clock.advance(seconds=LIFETIME.total_seconds() - 1)
    await one.renew({EMSP, "another"})
    await clock.advance(seconds=1)
    assert await one.take(EMSP)


async def test_a_process_that_comes_back_takes_up_its_own_leases_at_once(
    mongo: Mongo, clock: ManualClock
) -> None:
    await Leases(mongo, clock, "host:1").take(EMSP)
    assert await Leases(mongo, clock, "host:1").take(EMSP)
    assert not await Leases(mongo, clock, "host:2").take(EMSP)


async def test_one_that_was_frozen_finds_that_it_holds_nothing_any_more(
    mongo: Mongo, clock: ManualClock
) -> None:
    """S-23: it may not begin anything, before it has asked and after."""
    frozen, other = Leases(mongo, clock, "host:1"), Leases(mongo, clock, "host:2")
    await frozen.take(EMSP)
    assert frozen.holds(EMSP)
    await clock.advance(seconds=LIFETIME.total_seconds())
    assert not frozen.holds(EMSP)
    await other.take(EMSP)
    await frozen.renew({EMSP})
    assert not frozen.holds(EMSP)
    assert other.holds(EMSP)


async def test_leases_of_many_platforms_are_taken_together(mongo: Mongo, clock: ManualClock) -> None:
    one, other = Leases(mongo, clock, "host:1"), Leases(mongo, clock, "host:2")
    await one.take(EMSP)
    assert await other.take_each([EMSP, CPO]) == {CPO}


async def test_what_is_given_back_is_free_at_once(mongo: Mongo, clock: ManualClock) -> None:
    one, other = Leases(mongo, clock, "host:1"), Leases(mongo, clock, "host:2")
    await one.take(EMSP)
    await one.give_back()
    assert not one.holds(EMSP)
    assert await other.take(EMSP)
