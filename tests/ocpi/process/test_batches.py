import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from ocpi.process.batches import AT_MOST, Batches
from ocpi.process.tasks import Supervisor
from tests.fakes.clock import ManualClock


class Gate:
    """Sends batches that a test lets through. What is "bad" fails; what is "fatal" fails its whole batch."""

    def __init__(self) -> None:
        self.is_open = asyncio.Event()
        self.sent: list[list[str]] = []

    async def send(self, batch: Sequence[str]) -> list[str | Exception]:
        self.sent.append(list(batch))
        await self.is_open.wait()
        if "fatal" in batch:
            raise ConnectionError("away")
        return [ValueError(each) if each == "bad" else f"{each} done" for each in batch]


@pytest.fixture
async def supervisor(clock: ManualClock) -> AsyncIterator[Supervisor]:
    async with Supervisor(name="tests", clock=clock) as supervisor:
        yield supervisor


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def batches(gate: Gate, supervisor: Supervisor) -> Batches[str, str]:
    return Batches("send", gate.send, supervisor)


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_first_goes_at_once_and_what_comes_meanwhile_goes_together(
    gate: Gate, batches: Batches[str, str]
) -> None:
    first = batches.add("a", "a")
    await turns()
    others = [batches.add(name, name) for name in ("b", "c", "d")]
    await turns()
    assert gate.sent == [["a"]]
    assert not first.done()
    gate.is_open.set()
    assert await asyncio.gather(first, *others) == ["a done", "b done", "c done", "d done"]
    assert gate.sent == [["a"], ["b", "c", "d"]]


async def test_changes_of_one_thing_go_one_after_the_other(gate: Gate, batches: Batches[str, str]) -> None:
    told = [batches.add(item[0], item) for item in ("x1", "x2", "y1", "x3", "y2")]
    gate.is_open.set()
    await asyncio.gather(*told)
    assert gate.sent == [["x1", "y1"], ["x2", "y2"], ["x3"]]


async def test_a_member_that_fails_fails_alone(gate: Gate, batches: Batches[str, str]) -> None:
    gate.is_open.set()
    told = [batches.add(name, name) for name in ("a", "bad", "c")]
    outcomes = await asyncio.gather(*told, return_exceptions=True)
    assert [outcomes[0], outcomes[2]] == ["a done", "c done"]
    assert isinstance(outcomes[1], ValueError)


async def test_a_batch_that_fails_is_told_to_all_of_it_and_the_next_goes(
    gate: Gate, batches: Batches[str, str]
) -> None:
    told = [batches.add(name, name) for name in ("a", "fatal")]
    await turns()
    after = batches.add("b", "b")
    gate.is_open.set()
    outcomes = await asyncio.gather(*told, return_exceptions=True)
    assert all(isinstance(each, ConnectionError) for each in outcomes)
    assert await after == "b done"


async def test_who_stops_waiting_harms_nobody(gate: Gate, batches: Batches[str, str]) -> None:
    leaving, staying = batches.add("a", "a"), batches.add("b", "b")
    await turns()
    unsent = batches.add("c", "c")
    leaving.cancel()
    unsent.cancel()
    gate.is_open.set()
    assert await staying == "b done"
    assert await batches.add("d", "d") == "d done"
    assert gate.sent == [["a", "b"], ["d"]]


async def test_a_batch_has_an_end(gate: Gate, batches: Batches[str, str]) -> None:
    gate.is_open.set()
    await asyncio.gather(*(batches.add(f"{n}", f"{n}") for n in range(AT_MOST + 1)))
    assert [len(batch) for batch in gate.sent] == [AT_MOST, 1]


async def test_nobody_waits_for_ever_when_the_process_stops(
    gate: Gate, batches: Batches[str, str], supervisor: Supervisor
) -> None:
    sent = batches.add("a", "a")
    await turns()
    unsent = batches.add("b", "b")
    await supervisor.stop()
    for told in (sent, unsent):
        with pytest.raises(asyncio.CancelledError):
            await told
    assert gate.sent == [["a"]]
