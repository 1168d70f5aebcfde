"""Workers as real processes: begun, missed, begun again, ended."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

from ocpi.process.clock import Clock, SystemClock
from ocpi.process.tasks import Supervisor
from ocpi.process.workers.pool import FIRST_PAUSE_S, LONGEST_PAUSE_S, STABLE_S, Pool, Worker
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import PATIENCE_S, eventually

WORKER = """
import os, signal, sys, time
from pathlib import Path
number, private, pipe = map(int, sys.argv[1:])
traces = Path(os.environ["TRACES"])
with (traces / f"begun {number}").open("a") as begun:
    begun.write(f"{os.getpid()}\\n")
if (traces / f"refuse {number}").exists():
    sys.exit(78)
if (traces / f"ignore {number}").exists():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
os.write(pipe, b".")
while True:
    time.sleep(60)
"""


def pool(traces: Path, clock: Clock, count: int = 2) -> Pool:
    environ = {**os.environ, "TRACES": str(traces)}
    return Pool(command=[sys.executable, "-c", WORKER], environ=environ, count=count, clock=clock)


@asynccontextmanager
async def kept(traces: Path, clock: Clock, count: int = 2) -> AsyncIterator[Pool]:
    async with pool(traces, clock, count) as kept_pool, Supervisor(name="test", clock=clock) as supervisor:
        assert await kept_pool.start() is None
        kept_pool.keep(supervisor)
        yield kept_pool


def begun(traces: Path, number: int) -> int:
    """How many processes the worker has had."""
    file = traces / f"begun {number}"
    return len(file.read_text().splitlines()) if file.exists() else 0


def kill(worker: Worker) -> None:
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)


def is_alive(pid: int | None) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_all_serve_when_the_start_is_over_and_none_is_left_afterwards(tmp_path: Path) -> None:
    async with kept(tmp_path, SystemClock(), count=3) as workers:
        pids = [worker.pid for worker in workers.workers]
        assert [worker.number for worker in workers.serving()] == [1, 2, 3]
        assert all(is_alive(pid) for pid in pids)
    assert not any(is_alive(pid) for pid in pids)


async def test_what_keeps_the_first_from_starting_ends_the_start_before_others_have_begun(
    tmp_path: Path,
) -> None:
    (tmp_path / "refuse 1").touch()
    async with pool(tmp_path, SystemClock()) as workers:
        assert await workers.start() == os.EX_CONFIG
    assert begun(tmp_path, 2) == 0


async def test_what_keeps_another_from_starting_ends_the_start_too(tmp_path: Path) -> None:
    (tmp_path / "refuse 2").touch()
    async with pool(tmp_path, SystemClock()) as workers:
        assert await workers.start() == os.EX_CONFIG
        first = workers.workers[0].pid
    assert not is_alive(first)


async def test_whoever_dies_is_begun_again_after_a_pause(tmp_path: Path, clock: ManualClock) -> None:
    async with kept(tmp_path, clock) as workers:
        one, other = workers.workers
        kill(one)
        await eventually(lambda: not one.is_serving)
        assert workers.serving() == [other]
        await clock.advance(seconds=FIRST_PAUSE_S)
        await eventually(lambda: one.is_serving)
        assert (one.lives, other.lives) == (2, 1)
        assert (begun(tmp_path, 1), begun(tmp_path, 2)) == (2, 1)


async def test_the_pause_doubles_while_it_keeps_dying(tmp_path: Path, clock: ManualClock) -> None:
    async with kept(tmp_path, clock) as workers:
        one, _ = workers.workers
        (tmp_path / "refuse 1").touch()
        kill(one)
        await eventually(lambda: not one.is_serving)
        for lives, pause_s in enumerate((0.5, 1, 2, 4, 8, 16, LONGEST_PAUSE_S, LONGEST_PAUSE_S), start=1):
            await clock.advance(seconds=pause_s - 0.1)
            assert begun(tmp_path, 1) == lives
            await clock.advance(seconds=0.1)
            await eventually(lambda lives=lives: begun(tmp_path, 1) == lives + 1)  # type: ignore[misc]
            await dies(one, clock)


async def dies(worker: Worker, clock: ManualClock) -> None:
    """And is about to be begun again."""
    await worker.ended()
    await clock.advance()


async def test_whoever_lived_long_is_begun_again_soon(tmp_path: Path, clock: ManualClock) -> None:
    async with kept(tmp_path, clock, count=1) as workers:
        (one,) = workers.workers
        for lives in (2, 3, 4):
            await clock.advance(seconds=STABLE_S + 1)
            kill(one)
            await eventually(lambda: not one.is_serving)
            await clock.advance(seconds=FIRST_PAUSE_S)
            await eventually(lambda: one.is_serving)
            assert one.lives == lives


async def test_told_to_stop_all_end_and_none_is_begun_again(tmp_path: Path) -> None:
    async with kept(tmp_path, SystemClock()) as workers:
        workers.stop()
        assert [await worker.ended() for worker in workers.workers] == [0, 0]
    assert (begun(tmp_path, 1), begun(tmp_path, 2)) == (1, 1)


async def test_whoever_will_not_end_is_ended(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "ignore 2").touch()
    async with kept(tmp_path, clock) as workers:
        workers.stop()
        await clock.leap(minutes=1)
    assert await workers.workers[1].ended() == 128 + signal.SIGKILL


async def test_restarts_are_counted(tmp_path: Path, clock: ManualClock) -> None:
    async with kept(tmp_path, clock) as workers:
        one, _ = workers.workers
        kill(one)
        await eventually(lambda: not one.is_serving)
        assert 'passerelle_workers{state="serving"} 1.0' in told(workers)
        await clock.advance(seconds=FIRST_PAUSE_S)
        await eventually(lambda: one.is_serving)
        assert 'passerelle_workers{state="serving"} 2.0' in told(workers)
        assert 'passerelle_worker_restarts_total{worker="1"} 1.0' in told(workers)


def told(workers: Pool) -> str:
    return workers.metrics.exposition()[0].decode()


async def test_what_is_asked_of_a_worker_is_given_up_once_it_has_ended(tmp_path: Path) -> None:
    """Its address outlives it: nobody there would refuse. The same with its next process."""
    clock = SystemClock()
    async with kept(tmp_path, clock, count=1) as workers:
        (worker,) = workers.workers
        for lives in (1, 2):
            await eventually(partial(serves, worker, lives))
            began_s = clock.monotonic()
            with suppress(TimeoutError):
                await killed_while_asked(worker)
            assert clock.monotonic() - began_s < PATIENCE_S
            assert not worker.is_serving


async def killed_while_asked(worker: Worker) -> None:
    async with worker.while_it_lives(PATIENCE_S):
        kill(worker)
        await asyncio.Event().wait()


def serves(worker: Worker, lives: int) -> bool:
    return worker.is_serving and worker.lives == lives
