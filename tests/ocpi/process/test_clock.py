"""Time, the real one and the one that tests move."""

import asyncio
from datetime import UTC, timedelta

from ocpi.process.clock import Clock, SystemClock
from tests.fakes.clock import START, ManualClock


def test_the_system_clock_tells_aware_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


async def test_the_system_clock_sleeps_and_its_monotonic_time_never_goes_back() -> None:
    clock: Clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.01


async def test_advancing_moves_both_readings_of_the_clock(clock: ManualClock) -> None:
    await clock.advance(hours=1, minutes=2, seconds=3)
    assert clock.now() == START + timedelta(hours=1, minutes=2, seconds=3)
    assert clock.monotonic() == 3723


async def test_sleepers_wake_in_the_order_of_their_instants_and_see_their_own_time(
    clock: ManualClock,
) -> None:
    woke: list[tuple[str, float]] = []

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woke.append((name, clock.monotonic()))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sleep("late", 20))
        tasks.create_task(sleep("early", 10))
        tasks.create_task(sleep("early too", 10))
        await clock.advance(minutes=1)

    assert woke == [("early", 10), ("early too", 10), ("late", 20)]


async def test_a_loop_that_sleeps_again_is_woken_again_within_one_advance(clock: ManualClock) -> None:
    ticks: list[float] = []

    async def tick() -> None:
        while len(ticks) < 3:
            await clock.sleep(10)
            ticks.append(clock.monotonic())

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(tick())
        await clock.advance(seconds=30)

    assert ticks == [10, 20, 30]


async def test_time_waits_for_the_real_io_of_the_task_it_woke(clock: ManualClock) -> None:
    seen: list[float] = []

    async def work() -> None:
        await clock.sleep(1)
        await asyncio.to_thread(lambda: None)
        await asyncio.sleep(0.02)
        seen.append(clock.monotonic())

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(work())
        await clock.advance(seconds=5)
        assert seen == [1]


async def test_a_cancelled_sleep_wakes_nobody(clock: ManualClock) -> None:
    async with asyncio.TaskGroup() as tasks:
        sleeper = tasks.create_task(clock.sleep(5))
        await clock.advance(seconds=1)
        sleeper.cancel()
        await clock.advance(seconds=10)
    assert sleeper.cancelled()


async def test_a_task_that_waits_for_something_else_does_not_hold_time_up(clock: ManualClock) -> None:
    never = asyncio.Event()

    async def work() -> None:
        await clock.sleep(1)
        await never.wait()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(work())
        await clock.advance(seconds=2)
        assert clock.monotonic() == 2
        never.set()
