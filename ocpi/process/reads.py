"""What is looked up at the same time is looked up together: one trip for many, each told its own.

A look-up that begins after a write was acknowledged sees it: nothing is remembered from trip to trip.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from itertools import count
from typing import Generic, TypeVar

from ocpi.process.batches import Batches
from ocpi.process.tasks import Supervisor

Name = TypeVar("Name", bound=Hashable)
Found = TypeVar("Found")

Ask = Callable[[Collection[Name]], Awaitable[Mapping[Name, Found]]]
"""What there is of these, by name."""


class Reads(Generic[Name, Found]):
    """`ask` runs in a task of the supervisor, one trip at a time."""

    def __init__(self, name: str, ask: Ask[Name, Found], supervisor: Supervisor) -> None:
        self._ask = ask
        self._numbers = count()
        self._batches: Batches[Name, Found | None] = Batches(name, self._send, supervisor)

    def find(self, name: Name) -> "asyncio.Future[Found | None]":
        """Begun when this returns. Fails with what `ask` raises, as do all of that trip."""
        return self._batches.add(str(next(self._numbers)), name)

    async def _send(self, names: Sequence[Name]) -> Sequence[Found | Exception | None]:
        found = await self._ask(set(names))
        return [found.get(each) for each in names]
