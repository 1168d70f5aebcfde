"""Background tasks: none is lost, none stays dead that should live, none is left behind."""

import asyncio

import pytest
from structlog.testing import capture_logs

from ocpi.process.tasks import Supervisor
from tests.fakes.clock import ManualClock


async def forever() -> None:
    await asyncio.Event().wait()


def running(name: str) -> bool:
    return any(task.get_name() == name for task in asyncio.all_tasks())


async def test_a_task_runs_under_the_name_of_its_supervisor(clock: ManualClock) -> None:
    async with Supervisor(name="hub", clock=clock) as supervisor:
        supervisor.start("outbox", forever)
        assert running("hub.outbox")


async def test_leaving_the_supervisor_ends_every_task_and_lets_it_clean_up(clock: ManualClock) -> None:
    cleaned: list[str] = []

    async def work() -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(0)
            cleaned.append("done")

    async with Supervisor(name="hub", clock=clock) as supervisor:
        supervisor.start("a", work)
        supervisor.start("b", work)
        await asyncio.sleep(0)

    assert cleaned == ["done", "done"]
    assert not running("hub.a")


async def test_a_task_that_dies_is_logged_with_its_name_and_stays_dead(clock: ManualClock) -> None:
    runs: list[int] = []

    async def work() -> None:
        runs.append(1)
        raise ValueError("no route")

    with capture_logs() as lines:
        async with Supervisor(name="hub", clock=clock) as supervisor:
            supervisor.start("once", work)
            await clock.advance(hours=1)

    assert runs == [1]
    assert [(line["event"], line["task"]) for line in lines] == [("task died", "hub.once")]


async def test_work_that_must_go_on_comes_back_after_a_pause_that_doubles_to_a_minute(
    clock: ManualClock,
) -> None:
    began: list[float] = []

    async def work() -> None:
        began.append(clock.monotonic())
        raise OSError("away")

    async with Supervisor(name="hub", clock=clock) as supervisor:
        supervisor.start("worker", work, restart=True)
        await clock.advance(minutes=4)

    assert began == [0, 1, 3, 7, 15, 31, 63, 123, 183]


async def test_a_long_run_resets_the_pause(clock: ManualClock) -> None:
    began: list[float] = []

    async def work() -> None:
        began.append(clock.monotonic())
        if len(began) == 4:
            await clock.sleep(100)
        raise OSError("away")

    async with Supervisor(name="hub", clock=clock) as supervisor:
        supervisor.start("worker", work, restart=True)
        await clock.advance(seconds=109)

    assert began == [0, 1, 3, 7, 108]


async def test_a_task_that_pauses_is_in_trouble_until_it_runs_again(clock: ManualClock) -> None:
    healthy = asyncio.Event()

    async def work() -> None:
        if not healthy.is_set():
            raise OSError("partner away")
        await forever()

    async with Supervisor(name="hub", clock=clock) as supervisor:
        supervisor.start("worker", work, restart=True)
        await clock.advance()
        assert supervisor.troubles == {"hub.worker": "OSError: partner away"}

        healthy.set()
        await clock.advance(seconds=1)
        assert supervisor.troubles == {}


async def test_restartable_work_that_returns_is_not_begun_again(clock: ManualClock) -> None:
    runs: list[int] = []

    async def work() -> None:
        runs.append(1)

    async with Supervisor(name="hub", clock=clock) as supervisor:
        supervisor.start("worker", work, restart=True)
        await clock.advance(hours=1)

    assert runs == [1]


async def test_a_task_that_will_not_stop_is_named_and_left(clock: ManualClock) -> None:
    let_go = asyncio.Event()

    async def stubborn() -> None:
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue

    supervisor = Supervisor(name="hub", clock=clock)
    supervisor.start("stubborn", stubborn)
    await asyncio.sleep(0)
    with capture_logs() as lines:
        await supervisor.stop(within=0.05)
    assert [(line["event"], line["task"]) for line in lines] == [("task did not stop", "hub.stubborn")]

    let_go.set()
    await asyncio.sleep(0)


async def test_work_that_dies_while_it_is_told_to_stop_is_not_begun_again(clock: ManualClock) -> None:
    """A task group that is cancelled while a member fails tells of the failure alone."""
    begun: list[int] = []

    async def failing() -> None:
        try:
            await asyncio.Future()
        finally:
            raise OSError

    async def work() -> None:
        begun.append(1)
        async with asyncio.TaskGroup() as group:
            group.create_task(failing())

    supervisor = Supervisor(name="hub", clock=clock)
    supervisor.start("deliver", work, restart=True)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with capture_logs() as lines:
        await supervisor.stop(within=0.5)
    assert "task did not stop" not in {line["event"] for line in lines}
    assert begun == [1]


async def test_nothing_is_started_once_stopping(clock: ManualClock) -> None:
    supervisor = Supervisor(name="hub", clock=clock)
    await supervisor.stop()
    with pytest.raises(RuntimeError, match="hub is stopping: late cannot be started"):
        supervisor.start("late", forever)
