"""The order of creation, as numbers that several processes give out at the same time.

A list is read in the order of these numbers, so somebody who has been shown number 9 never comes back to 8.
But 8 may still be on its way to the disk, here or in another process. So everybody who holds numbers
that are not yet used or lost says so, beside the counter; nothing below the `horizon` can appear any more.

Numbers are taken in blocks. A block lives for about a second: then it is given back, so that a process
without work holds up nobody, and the mark of numbers on their way is renewed. A process that died stops
renewing, and its mark expires. A batch of which nobody knows whether it arrived counts as on its way for as
long.
"""

import asyncio
import math
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from ocpi.process.clock import Clock
from ocpi.process.last_words import last_words
from ocpi.process.mongo import Document, Mongo, ReturnDocument
from ocpi.process.tasks import Supervisor

COLLECTION: Final = "sequences"
LIFETIME: Final = timedelta(seconds=30)
RENEWED_EVERY_S: Final = 1.0
BLOCK: Final = 10_000
_COUNTER: Final = {"_id": "objects"}
_NEXT: Final[Document] = {"$ifNull": ["$next", 1]}


class Sequence:
    """Numbers from 1 up, each given out once; some are never used."""

    def __init__(self, mongo: Mongo, clock: Clock, supervisor: Supervisor) -> None:
        self._counters = mongo.collection(COLLECTION)
        self._clock = clock
        self._supervisor = supervisor
        self._holder = uuid.uuid4().hex
        self._block: range | None = None
        self._block_ends_s = 0.0
        self._open: dict[int, float] = {}  # the first of some numbers on their way -> when they count as lost
        self._is_marking = asyncio.Lock()
        self._is_kept = False

    @asynccontextmanager
    async def numbers(self, count: int) -> AsyncIterator[range]:
        """So many numbers. What bears them is on disk when the block ends, or never will be.

        A block that ends with an error leaves that open.
        """
        numbers = await self._take(count)
        self._open[numbers.start] = math.inf
        try:
            yield numbers
        except BaseException:
            self._open[numbers.start] = self._clock.monotonic() + LIFETIME.total_seconds()
            raise
        del self._open[numbers.start]

    async def horizon(self) -> int:
        """Whatever has a smaller number can be seen by now, or will never be."""
        counter = await self._counters.find_one(_COUNTER)
        if counter is None:
            return 1
        own = self._lowest()
        now = self._clock.now()
        marked = (
            mark["low"]
            for mark in counter["held"]
            if mark["until"] > now and (own is None or mark["holder"] != self._holder)
        )
        lows: list[int] = [counter["next"], *marked, *([] if own is None else [own])]
        return min(lows)

    async def _take(self, count: int) -> range:
        block = self._block
        if block is None or len(block) < count or self._clock.monotonic() > self._block_ends_s:
            block = await self._new_block(max(count, BLOCK))
        self._block = block[count:]
        return block[:count]

    async def _new_block(self, count: int) -> range:
        async with self._is_marking:
            low: Document = {"$min": [_NEXT, *self._still_open()]}
            taking = {"$set": {"next": {"$add": [_NEXT, count]}, "held": self._marks(low)}}
            counter = await self._counters.find_one_and_update(
                _COUNTER, [taking], upsert=True, return_document=ReturnDocument.AFTER
            )
            self._block_ends_s = self._clock.monotonic() + LIFETIME.total_seconds() / 2
            self._keep()
            return range(counter["next"] - count, counter["next"])

    def _keep(self) -> None:
        if not self._is_kept:
            self._is_kept = True
            self._supervisor.start("keep the marks of the sequence", self._renew_while_held, restart=True)

    async def _renew_while_held(self) -> None:
        try:
            while self._is_kept:
                await self._clock.sleep(RENEWED_EVERY_S)
                await self._renew()
        except asyncio.CancelledError:
            async with last_words("marks of the sequence"):
                await self._renew()
            raise

    async def _renew(self) -> None:
        """Give the block back; what is on its way stays marked."""
        async with self._is_marking:
            self._block = None
            low = self._lowest()
            await self._counters.update_one(_COUNTER, [{"$set": {"held": self._marks(low)}}])
            self._is_kept = low is not None

    def _marks(self, low: int | Document | None) -> Document:
        """Everybody's marks that have not expired, with our own in its new place."""
        now = self._clock.now()
        is_alive = {"$and": [{"$gt": ["$$mark.until", now]}, {"$ne": ["$$mark.holder", self._holder]}]}
        others = {"$filter": {"input": {"$ifNull": ["$held", []]}, "as": "mark", "cond": is_alive}}
        own: list[Any] = (
            [] if low is None else [{"holder": self._holder, "low": low, "until": now + LIFETIME}]
        )
        return {"$concatArrays": [others, own]}

    def _lowest(self) -> int | None:
        """The first number of ours that may yet appear."""
        unused = [] if self._block is None else [self._block.start]
        return min((*self._still_open(), *unused), default=None)

    def _still_open(self) -> list[int]:
        now_s = self._clock.monotonic()
        self._open = {first: until_s for first, until_s in self._open.items() if until_s > now_s}
        return list(self._open)
