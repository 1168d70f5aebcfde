import asyncio
import time

from ocpi.process.clock import SystemClock
from ocpi.process.lateness import Lateness
from ocpi.process.metrics import Metrics
from ocpi.process.tasks import Supervisor
from tests.fakes.eventually import eventually


def told_s(metrics: Metrics) -> float:
    (line,) = [
        line
        for line in metrics.exposition()[0].decode().splitlines()
        if line.startswith("passerelle_loop_late_seconds ")
    ]
    return float(line.split()[1])


async def test_a_loop_that_stood_still_says_for_how_long() -> None:
    """Whatever ran there kept everybody waiting."""
    metrics = Metrics()
    async with Supervisor(name="test", clock=SystemClock()) as supervisor:
        supervisor.start("watch the loop", Lateness(metrics).run)
        await asyncio.sleep(0)  # it has begun
        time.sleep(0.4)  # noqa: ASYNC251 - what this is about
        await eventually(lambda: told_s(metrics) >= 0.25)
