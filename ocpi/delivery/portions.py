"""Marks for everything that somebody has told, a portion at a time: a million of them are never in memory."""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from ocpi.delivery.marks import Due

PORTION: Final = 1000


async def in_portions(mark: Callable[..., Awaitable[None]], dues: AsyncIterable[Due]) -> None:
    """Call `mark` with them, PORTION at most."""
    portion: list[Due] = []
    async for due in dues:
        portion.append(due)
        if len(portion) == PORTION:
            await mark(*portion)
            portion = []
    if portion:
        await mark(*portion)


def portions(dues: Iterable[Due]) -> Iterator[list[Due]]:
    """PORTION of them at most, one list after the other."""
    following = iter(dues)
    while portion := list(islice(following, PORTION)):
        yield portion
