"""Work done one after another, beside the loop that brings it.

A lane has no task while it has nothing to do: ten thousand idle stations cost ten thousand empty deques.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from ocpi.process.tasks import Supervisor

Work: TypeAlias = Callable[[], Awaitable[None]]


class LaneFull(Exception):
    """More was brought than anybody honest brings without waiting for answers."""


class Lane:
    """Keeps order. Work that raises is logged by the supervisor; the rest goes on with the next one added."""

    def __init__(self, name: str, *, supervisor: Supervisor, limit: int) -> None:
        self._name = name
        self._supervisor = supervisor
        self._limit = limit
        self._waiting: deque[Work] = deque()
        self._is_working = False
        self._rest: asyncio.Future[None] | None = None

    async def at_rest(self) -> None:
        """Return once nothing is left to do."""
        if self._is_working:
            self._rest = self._rest or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._rest)

    def add(self, work: Work) -> None:
        """Raises LaneFull."""
        if len(self._waiting) >= self._limit:
            raise LaneFull(self._name)
        self._waiting.append(work)
        if not self._is_working:
            self._is_working = True
            self._supervisor.start(self._name, self._work_off)

    async def _work_off(self) -> None:
        try:
            while self._waiting:
                await self._waiting.popleft()()
        finally:
            self._is_working = False
            if self._rest is not None and not self._rest.done():
                self._rest.set_result(None)
            self._rest = None
