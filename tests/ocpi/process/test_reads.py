import asyncio
from collections.abc import AsyncIterator, Collection

import pytest

from ocpi.process.reads import Reads
from ocpi.process.tasks import Supervisor
from tests.fakes.clock import ManualClock


class Shelf:
    """Asked for "broken" it fails; each trip waits until it is let go."""

    def __init__(self) -> None:
        self.trips: list[set[str]] = []
        self.is_open = asyncio.Event()

    async def ask(self, names: Collection[str]) -> dict[str, str]:
        self.trips.append(set(names))
        await self.is_open.wait()
        if "broken" in names:
            raise ConnectionError("away")
        return {each: each.upper() for each in names if each != "missing"}


@pytest.fixture
async def supervisor(clock: ManualClock) -> AsyncIterator[Supervisor]:
    async with Supervisor(name="tests", clock=clock) as supervisor:
        yield supervisor


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def reads(shelf: Shelf, supervisor: Supervisor) -> Reads[str, str]:
    return Reads("look up", shelf.ask, supervisor)


async def found(shelf: Shelf, reads: Reads[str, str], *names: str) -> list[str | BaseException | None]:
    """The first is on its way while the others ask."""
    asked = [reads.find(name) for name in names]
    await asyncio.sleep(0)
    shelf.is_open.set()
    return await asyncio.gather(*asked, return_exceptions=True)


async def test_who_asks_at_the_same_time_is_answered_by_one_trip(
    shelf: Shelf, reads: Reads[str, str]
) -> None:
    assert await found(shelf, reads, "a", "b", "a", "missing") == ["A", "B", "A", None]
    assert shelf.trips == [{"a", "b", "missing"}]


async def test_nothing_is_remembered_from_trip_to_trip(shelf: Shelf, reads: Reads[str, str]) -> None:
    shelf.is_open.set()
    assert [await reads.find("a"), await reads.find("a")] == ["A", "A"]
    assert shelf.trips == [{"a"}, {"a"}]


async def test_a_trip_that_fails_fails_all_that_are_on_it(shelf: Shelf, reads: Reads[str, str]) -> None:
    one, other = await found(shelf, reads, "a", "broken")
    assert isinstance(one, ConnectionError)
    assert isinstance(other, ConnectionError)
    assert await reads.find("a") == "A"
