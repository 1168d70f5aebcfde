"""Waiting for an effect on the far side of a real socket or process, where no clock of ours moves."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

PATIENCE_S: Final = 60
"""What is there in time is not waited for; what is late on a machine with other work is no mistake."""


async def eventually(condition: Callable[[], object], *, within_s: float = PATIENCE_S) -> None:
    """Return as soon as `condition()` is true; TimeoutError if it is not within `within_s` real seconds."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - the far side sets no event of ours
            await asyncio.sleep(0.01)


async def eventually_so(condition: Callable[[], Awaitable[object]], *, within_s: float = PATIENCE_S) -> None:
    """As `eventually`, for what has to be asked for: ever more seldom, since that keeps the far side busy."""
    pause_s = 0.01
    async with asyncio.timeout(within_s):
        while not await condition():
            await asyncio.sleep(pause_s)
            pause_s = min(1.3 * pause_s, 0.1)
