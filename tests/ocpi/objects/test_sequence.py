"""Several processes on one database: what is on its way is passed by nobody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any, cast

import pytest

from ocpi.errors import PlatformFailed
from ocpi.objects.pages import PAUSE_S
from ocpi.objects.sequence import BLOCK, LIFETIME, RENEWED_EVERY_S, Sequence
from ocpi.objects.store import INDEXES, ObjectStore
from ocpi.process.mongo import Collection, DriverError, Mongo
from ocpi.process.tasks import Supervisor
from ocpi.wire.pagination import PageQuery
from schemas import codec
from tests.fakes.clock import ManualClock
from tests.ocpi.objects.test_pages import crawl
from tests.ocpi.objects.test_store import ALL, record


class Line:
    """The way to the objects of a database, which a test can close: what is sent waits."""

    def __init__(self, mongo: Mongo) -> None:
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.was_used = asyncio.Event()
        self._mongo = mongo

    def collection(self, name: str) -> Collection:
        plain = self._mongo.collection(name)
        return cast("Collection", _Slow(plain, self)) if name == "objects" else plain


class _Slow:
    def __init__(self, plain: Collection, line: Line) -> None:
        self._plain = plain
        self._line = line

    async def bulk_write(self, *written: Any, **options: Any) -> Any:
        self._line.was_used.set()
        await self._line.is_open.wait()
        return await self._plain.bulk_write(*written, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)


@pytest.fixture
async def supervisor(clock: ManualClock) -> AsyncIterator[Supervisor]:
    async with Supervisor(name="tests", clock=clock) as supervisor:
        yield supervisor


@pytest.fixture
async def line(mongo: Mongo) -> Line:
    await mongo.declare(INDEXES)
    return Line(mongo)


@pytest.fixture
def slow(line: Line, clock: ManualClock, supervisor: Supervisor) -> ObjectStore:
    return ObjectStore(cast("Mongo", line), clock, supervisor)


@pytest.fixture
def quick(mongo: Mongo, line: Line, clock: ManualClock, supervisor: Supervisor) -> ObjectStore:  # noqa: ARG001
    return ObjectStore(mongo, clock, supervisor)


async def test_nobody_leafs_past_what_another_process_is_still_writing(
    slow: ObjectStore, quick: ObjectStore, line: Line, clock: ManualClock
) -> None:
    """The first to be numbered is the last to arrive, and is in the list all the same."""
    await slow.put(record("before"))
    line.is_open.clear()
    line.was_used.clear()
    async with asyncio.TaskGroup() as tasks:
        held_back = tasks.create_task(slow.put(record("held back")))
        await line.was_used.wait()
        for n in range(6):
            await quick.put(record(f"{n}"))
        leafing = tasks.create_task(crawl(quick, PageQuery(limit=2)))
        await clock.advance(seconds=3 * RENEWED_EVERY_S)
        assert not leafing.done()

        line.is_open.set()
        await held_back
        found = await _while_time_passes(clock, leafing)
    assert found == ["before", "held back", "0", "1", "2", "3", "4", "5"]


async def test_the_end_of_a_list_is_shown_whatever_is_still_being_written(
    slow: ObjectStore, quick: ObjectStore, line: Line
) -> None:
    """Nobody goes on from there, so nobody can pass anything."""
    line.is_open.clear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(slow.put(record("held back")))
        await line.was_used.wait()
        await quick.put(record("quick"))
        page = await quick.page(ALL, PageQuery(limit=2))
        line.is_open.set()
    assert ([codec.decode(body) for body in page.bodies], page.following) == (["quick"], None)


async def test_whoever_goes_on_by_number_is_shown_nothing_before_what_is_still_being_written(
    slow: ObjectStore, quick: ObjectStore, line: Line, clock: ManualClock
) -> None:
    """Else a bill that is on its way would be behind him for ever."""
    line.is_open.clear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(slow.put(record("held back")))
        await line.was_used.wait()
        await quick.put(record("quick"))
        assert (await quick.settled(ALL, 0, 9)).rows == []
        line.is_open.set()
    await clock.advance(seconds=RENEWED_EVERY_S)
    rows = (await quick.settled(ALL, 0, 9)).rows
    assert [codec.decode(row.record.body) for row in rows] == ["held back", "quick"]
    assert (await quick.settled(ALL, rows[-1].seq, 9)).rows == []


async def test_a_process_without_work_holds_up_nobody(
    slow: ObjectStore, quick: ObjectStore, clock: ManualClock
) -> None:
    await slow.put(record("first"))
    for n in range(4):
        await quick.put(record(f"{n}"))
    await clock.advance(seconds=RENEWED_EVERY_S)
    assert await crawl(quick, PageQuery(limit=2)) == ["first", "0", "1", "2", "3"]


async def test_a_process_that_stops_in_peace_holds_up_nobody(
    mongo: Mongo, quick: ObjectStore, clock: ManualClock
) -> None:
    async with Supervisor(name="stopping", clock=clock) as stopping:
        await ObjectStore(mongo, clock, stopping).put(record("first"))
    for n in range(4):
        await quick.put(record(f"{n}"))
    assert await crawl(quick, PageQuery(limit=2)) == ["first", "0", "1", "2", "3"]


async def test_a_process_numbers_on_in_front_of_what_others_may_have_shown(
    slow: ObjectStore, quick: ObjectStore, clock: ManualClock
) -> None:
    """The rest of a block that was given back is never used."""
    await slow.put(record("first"))
    for n in range(4):
        await quick.put(record(f"{n}"))
    await clock.advance(seconds=RENEWED_EVERY_S)
    begun = await quick.page(ALL, PageQuery(limit=4))
    await slow.put(record("last"))
    rest = await quick.page(ALL, PageQuery(limit=4, cursor=begun.following))
    assert rest.bodies == [b'"3"', b'"last"']


async def test_a_process_that_died_holds_up_nobody_for_long(
    mongo: Mongo, quick: ObjectStore, clock: ManualClock
) -> None:
    its_clock = ManualClock(clock.now())  # stands still from now on
    await ObjectStore(mongo, its_clock).put(record("last words"))
    for n in range(4):
        await quick.put(record(f"{n}"))
    with pytest.raises(PlatformFailed, match="try again"):
        await _while_time_passes(clock, crawl(quick, PageQuery(limit=2)))
    await clock.advance(seconds=LIFETIME.total_seconds())
    assert await crawl(quick, PageQuery(limit=2)) == ["last words", "0", "1", "2", "3"]


async def _while_time_passes(clock: ManualClock, work: Awaitable[Any]) -> Any:
    """What comes of it, with the clock moved on for as long as it waits."""

    async def passing() -> None:
        while True:
            await clock.advance(seconds=PAUSE_S)

    async with Supervisor(name="time", clock=clock) as time:
        time.start("pass", passing)
        return await work


@pytest.fixture
def sequence(mongo: Mongo, clock: ManualClock, supervisor: Supervisor) -> Sequence:
    return Sequence(mongo, clock, supervisor)


async def test_numbers_rise_and_are_given_out_once(
    mongo: Mongo, clock: ManualClock, supervisor: Supervisor
) -> None:
    given: list[int] = []
    sequences = [Sequence(mongo, clock, supervisor) for _ in range(3)]

    async def draw(sequence: Sequence) -> None:
        for count in (1, 7, 12_000, 3):
            async with sequence.numbers(count) as numbers:
                assert len(numbers) == count
                given.extend(numbers)
            await clock.advance(seconds=RENEWED_EVERY_S)

    await asyncio.gather(*(draw(each) for each in sequences))
    assert len(given) == len(set(given)) == 3 * 12_011
    assert min(given) >= 1


async def test_the_horizon_follows_what_is_on_its_way(sequence: Sequence) -> None:
    async with sequence.numbers(3) as numbers:
        assert await sequence.horizon() == numbers.start
    assert await sequence.horizon() == numbers.stop


async def test_what_is_long_on_its_way_stays_marked(
    sequence: Sequence, mongo: Mongo, clock: ManualClock, supervisor: Supervisor
) -> None:
    other = Sequence(mongo, clock, supervisor)
    async with sequence.numbers(3) as numbers:
        async with other.numbers(1):
            pass
        await clock.advance(seconds=3 * LIFETIME.total_seconds())
        assert await other.horizon() == numbers.start
    await clock.advance(seconds=RENEWED_EVERY_S)
    assert await other.horizon() > numbers.stop


async def test_a_batch_of_which_nobody_knows_the_fate_counts_as_on_its_way(
    sequence: Sequence, clock: ManualClock
) -> None:
    """The connection broke: what was sent may still be carried out."""
    with pytest.raises(DriverError):
        async with sequence.numbers(3) as lost:
            raise DriverError
    async with sequence.numbers(3):
        pass
    assert await sequence.horizon() == lost.start
    await clock.advance(seconds=LIFETIME.total_seconds())
    assert await sequence.horizon() > lost.stop


async def test_what_is_on_its_way_stays_marked_when_more_numbers_are_taken(
    sequence: Sequence, mongo: Mongo, clock: ManualClock, supervisor: Supervisor
) -> None:
    other = Sequence(mongo, clock, supervisor)
    async with sequence.numbers(1) as first, sequence.numbers(BLOCK):
        assert await other.horizon() == first.start


class _Frozen(ManualClock):
    """Nobody who sleeps by it wakes up again."""

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - as a Clock
        await asyncio.Event().wait()


async def test_numbers_whose_mark_may_have_expired_are_not_used_any_more(
    mongo: Mongo, supervisor: Supervisor
) -> None:
    clock = _Frozen()
    sequence = Sequence(mongo, clock, supervisor)
    async with sequence.numbers(1) as before:
        pass
    await clock.advance(seconds=LIFETIME.total_seconds())
    async with sequence.numbers(1) as after:
        assert after.start >= before.start + BLOCK
