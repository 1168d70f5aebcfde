"""A clock that stands still until a test moves it.

`advance` wakes every sleeper at its own instant, in order, and lets each one act before time moves on. It
follows the tasks it wakes: it goes on once they sleep on this clock again or have ended, through real sockets
and databases. A task that waits for something else (an event, a queue) is given `PATIENCE_S` of real time and
then left alone.
"""

import asyncio
import heapq
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ocpi.process.clock import SystemClock

PATIENCE_S = 0.5
TURNS_OF_THE_LOOP = 20
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True, order=True)
class _Sleeper:
    wakes_at_s: float
    came_as: int
    woken: asyncio.Future[None] = field(compare=False)
    task: asyncio.Task[Any] | None = field(compare=False)


class ManualClock:
    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._elapsed_s = 0.0
        self._sleepers: list[_Sleeper] = []
        self._came = 0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        return self._elapsed_s

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        self._came += 1
        sleeper = _Sleeper(self._elapsed_s + seconds, self._came, woken, asyncio.current_task())
        heapq.heappush(self._sleepers, sleeper)
        await woken

    async def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        until_s = self._elapsed_s + seconds + 60 * minutes + 3600 * hours
        await self._let_others_run()
        while (sleeper := self._next_due(until_s)) is not None:
            self._elapsed_s = sleeper.wakes_at_s
            sleeper.woken.set_result(None)
            await self._settled(sleeper.task)
        self._elapsed_s = until_s
        await self._let_others_run()

    def set_back(self, *, hours: float) -> None:
        """The wall clock is; durations are measured as before."""
        self._start -= timedelta(hours=hours)

    async def stroll(self, *, minutes: float, stride_s: int = 10) -> None:
        """As on a busy machine that recovers at the end: whoever sleeps wakes once in a stride at most.

        It costs a tenth of `advance`. Where processes share a duty, a stride may be half its lifetime (5 s):
        in a longer one each loses it to another.
        """
        for _ in range(round(minutes * 60 / stride_s) - 1):
            await self.leap(seconds=stride_s)
        await self.advance(seconds=stride_s)

    async def leap(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        """As after a laptop's sleep: all at once it is later, and whoever slept wakes, once each and late."""
        self._elapsed_s += seconds + 60 * minutes + 3600 * hours
        due = len(self._sleepers)
        for _ in range(due):
            if (sleeper := self._next_due(self._elapsed_s)) is not None:
                sleeper.woken.set_result(None)
                await self._settled(sleeper.task)
        await self._let_others_run()

    def _next_due(self, until_s: float) -> _Sleeper | None:
        while self._sleepers and self._sleepers[0].wakes_at_s <= until_s:
            sleeper = heapq.heappop(self._sleepers)
            if not sleeper.woken.done():  # a cancelled sleep is nobody's
                return sleeper
        return None

    async def _settled(self, task: asyncio.Task[Any] | None) -> None:
        await self._let_others_run()
        gives_up_at = SystemClock().monotonic() + PATIENCE_S
        while self._is_busy(task) and SystemClock().monotonic() < gives_up_at:  # noqa: ASYNC110 - real I/O
            await asyncio.sleep(0.001)

    def _is_busy(self, task: asyncio.Task[Any] | None) -> bool:
        if task is None or task.done():
            return False
        return not any(sleeper.task is task and not sleeper.woken.done() for sleeper in self._sleepers)

    @staticmethod
    async def _let_others_run() -> None:
        for _ in range(TURNS_OF_THE_LOOP):
            await asyncio.sleep(0)
