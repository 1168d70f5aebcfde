"""The one source of time.

Everything that asks what time it is, or waits for it to pass, is handed a `Clock`: a test then moves time
instead of waiting for it. `now()` is what people and partners see; `monotonic()` measures durations and
never jumps.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The current instant, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds from some fixed moment; only differences mean anything."""

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` have passed; zero or less lets other tasks run and returns."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
