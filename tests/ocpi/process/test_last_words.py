"""What is still written when a process is told to stop."""

import asyncio

import pytest
from structlog.testing import capture_logs

from ocpi.process import last_words as room
from ocpi.process.clock import SystemClock
from ocpi.process.last_words import last_words
from ocpi.process.mongo import DriverError
from ocpi.process.tasks import Supervisor


async def test_a_task_that_is_told_to_stop_waits_for_no_database_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "WITHIN_S", 0.05)
    said: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Future()
        except asyncio.CancelledError:
            async with last_words("leases"):
                said.append("begun")
                await asyncio.Future()
            raise

    supervisor = Supervisor(name="hub", clock=SystemClock())
    supervisor.start("keep", work, restart=True)
    await asyncio.sleep(0)
    with capture_logs() as lines:
        await supervisor.stop(within=1)
    assert said == ["begun"]
    assert [(line["event"], line.get("about")) for line in lines] == [
        ("not written before the end", "leases")
    ]


async def test_what_the_database_refuses_at_the_end_is_told_and_left() -> None:
    with capture_logs() as lines:
        async with last_words("duty"):
            raise DriverError("away")
    assert lines[0]["error"] == "PyMongoError: away"
