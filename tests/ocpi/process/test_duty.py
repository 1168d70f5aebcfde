"""What one of several processes does: somebody always has it, and one at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ocpi.process.duty import COLLECTION, LIFETIME, LOOK_EVERY_S, Duty
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so

LIFETIME_S = LIFETIME.total_seconds()


@pytest.fixture
def one(mongo: Mongo, clock: ManualClock) -> Duty:
    return duty(mongo, clock, "host:1")


@pytest.fixture
def other(mongo: Mongo, clock: ManualClock) -> Duty:
    return duty(mongo, clock, "host:2")


def duty(mongo: Mongo, clock: ManualClock, holder: str) -> Duty:
    return Duty("upkeep", mongo=mongo, clock=clock, holder=holder)


@asynccontextmanager
async def kept(each: Duty, clock: ManualClock) -> AsyncIterator[None]:
    async with Supervisor(name="test", clock=clock) as supervisor:
        supervisor.start("keep", each.keep)
        await eventually_so(each.is_ours)
        yield


async def test_of_many_that_ask_at_the_same_time_one_has_it(mongo: Mongo, clock: ManualClock) -> None:
    many = [duty(mongo, clock, f"host:{number}") for number in range(5)]
    assert sum(await asyncio.gather(*(each.is_ours() for each in many))) == 1


async def test_whoever_has_it_keeps_it_while_it_lives(one: Duty, other: Duty, clock: ManualClock) -> None:
    async with kept(one, clock):
        for _ in range(20):
            await clock.advance(seconds=LOOK_EVERY_S)
            assert not await other.is_ours()
            assert await one.is_ours()


async def test_another_has_it_within_15_s_after_its_holder_fell_silent(
    one: Duty, other: Duty, clock: ManualClock
) -> None:
    assert await one.is_ours()
    async with Supervisor(name="test", clock=clock) as supervisor:
        supervisor.start("keep", other.keep)
        await clock.advance(seconds=LIFETIME_S - 1)
        assert not await other.is_ours()
        await clock.advance(seconds=15 - LIFETIME_S + 1)
        assert await other.is_ours()
        assert not await one.is_ours()


async def test_whoever_stood_still_for_too_long_asks_before_it_believes_to_have_it(
    one: Duty, other: Duty, clock: ManualClock
) -> None:
    assert await one.is_ours()
    await clock.advance(seconds=LIFETIME_S)
    assert await other.is_ours()
    assert not await one.is_ours()


async def test_whoever_ends_in_order_gives_it_back(one: Duty, other: Duty, clock: ManualClock) -> None:
    async with kept(one, clock):
        assert not await other.is_ours()
    await clock.advance(seconds=LOOK_EVERY_S)
    assert await other.is_ours()


async def test_nobody_gives_back_what_is_anothers(
    one: Duty, other: Duty, mongo: Mongo, clock: ManualClock
) -> None:
    async with kept(one, clock):
        await mongo.collection(COLLECTION).update_one({}, {"$set": {"holder": "host:2"}})
    assert await other.is_ours()
    assert not await one.is_ours()


async def test_a_process_that_comes_back_under_its_name_has_it_at_once(
    one: Duty, mongo: Mongo, clock: ManualClock
) -> None:
    assert await one.is_ours()
    assert await duty(mongo, clock, "host:1").is_ours()


async def test_work_that_ends_is_done_once_at_a_time_and_the_duty_is_free_afterwards(
    one: Duty, other: Duty, clock: ManualClock
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await may_end.wait()

    async with asyncio.TaskGroup() as group:
        doing = group.create_task(one.once(work))
        await begun.wait()
        await clock.advance(seconds=2 * LIFETIME_S)
        assert not await other.once(work)
        may_end.set()
    assert doing.result()
    await clock.advance(seconds=LOOK_EVERY_S)
    assert await other.once(work)


async def test_work_whose_duty_another_has_taken_over_is_broken_off(
    one: Duty, other: Duty, mongo: Mongo, clock: ManualClock
) -> None:
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        doing = group.create_task(one.once(work))
        await begun.wait()
        await mongo.collection(COLLECTION).delete_many({})
        assert await other.is_ours()
        await clock.advance(seconds=LIFETIME_S)
    assert not doing.result()


async def test_what_work_dies_of_is_told_and_the_duty_is_free(one: Duty, other: Duty) -> None:
    async def work() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await one.once(work)
    assert await other.is_ours()


async def test_a_duty_is_free_again_in_time_though_the_clock_was_set_back(
    one: Duty, other: Duty, clock: ManualClock
) -> None:
    assert await one.is_ours()
    clock.set_back(hours=1)
    assert await one.is_ours()
    assert not await other.is_ours()

    await clock.advance(seconds=LIFETIME_S + 1)
    assert await other.is_ours()
