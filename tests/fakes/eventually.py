"""Waiting for an effect on the far side of a real socket or process, where no clock of ours moves."""

import asyncio
from collections.abc import Awaitable, Callable


async def eventually(condition: Callable[[], object], *, within_s: float = 5) -> None:
    """Return as soon as `condition()` is true; TimeoutError if it is not within `within_s` real seconds."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - the far side sets no event of ours
            await asyncio.sleep(0.01)


async def eventually_so(condition: Callable[[], Awaitable[object]], *, within_s: float = 5) -> None:
    """As `eventually`, for what has to be asked for."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
