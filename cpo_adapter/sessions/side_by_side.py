"""Many at the same time, where each waits most of its time: for the database, or for a station.

A station that never answers is given up after half a minute; done one after the other, it would keep
everybody else waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

Thing = TypeVar("Thing")


async def side_by_side(
    things: Iterable[Thing], do: Callable[[Thing], Awaitable[None]], *, at_once: int
) -> None:
    """Return once all is done. Raises what the first one fails with; the others are done all the same."""
    places = asyncio.Semaphore(at_once)

    async def one(thing: Thing) -> None:
        async with places:
            await do(thing)

    await asyncio.gather(*map(one, things))
