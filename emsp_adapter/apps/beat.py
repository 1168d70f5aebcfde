"""Tells who follows something that it has changed, whichever process on the database changed it.

Once a second one question is asked about everything that is followed here, however many follow it; who
follows nothing costs nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from ocpi.process.clock import Clock

EVERY_S: Final = 1.0
Versions = Callable[[Collection[str]], Awaitable[Mapping[str, str]]]
"""Of these names, as far as they exist, what changes whenever they do."""


class Followed:
    """`version` is as of the last beat; None before the first."""

    def __init__(self) -> None:
        self.version: str | None = None
        self.is_over = False
        self._beaten = asyncio.Event()

    async def beat(self) -> None:
        """Return after the next beat, or when all is over."""
        await self._beaten.wait()
        self._beaten.clear()

    def tell(self, version: str | None) -> None:
        self.version = version
        self._beaten.set()

    def end(self) -> None:
        self.is_over = True
        self._beaten.set()


class Beat:
    def __init__(self, versions: Versions, clock: Clock) -> None:
        self._versions = versions
        self._clock = clock
        self._following: defaultdict[str, set[Followed]] = defaultdict(set)
        self._is_over = False

    async def run(self) -> None:
        while True:
            await self._clock.sleep(EVERY_S)
            if self._following:
                await self._look()

    @contextmanager
    def follow(self, name: str) -> Iterator[Followed]:
        followed = Followed()
        if self._is_over:
            followed.end()
        self._following[name].add(followed)
        try:
            yield followed
        finally:
            self._following[name].discard(followed)
            if not self._following[name]:
                del self._following[name]

    def end(self) -> None:
        """The service stops: everybody is let go."""
        self._is_over = True
        for each in self._all():
            each.end()

    async def _look(self) -> None:
        versions = await self._versions(list(self._following))
        for name, followers in list(self._following.items()):
            for each in list(followers):
                each.tell(versions.get(name))

    def _all(self) -> list[Followed]:
        return [each for followers in self._following.values() for each in followers]
