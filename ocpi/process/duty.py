"""What one of several processes does for all of them: asking who is silent, renewing what grows old.

Whoever finds the duty free takes it, renews it while it lives, and gives it back when it ends in order; when
it falls silent another takes over within fifteen seconds. For a moment two may believe to have it (one that
stood still wakes up): what is done under a duty may be done twice, it is only not worth doing twice.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from ocpi.process.clock import Clock
from ocpi.process.last_words import last_words
from ocpi.process.mongo import DuplicateKey, Mongo

COLLECTION: Final = "duties"
LIFETIME: Final = timedelta(seconds=10)
LOOK_EVERY_S: Final = 3.0
_NEVER: Final = 2 * LIFETIME
"""No duty ends so much later, unless the clock was set back since it was taken."""


class Duty:
    """`holder` names this process, and the same process after a restart."""

    def __init__(self, name: str, *, mongo: Mongo, clock: Clock, holder: str) -> None:
        self._name = name
        self._duties = mongo.collection(COLLECTION)
        self._clock = clock
        self._holder = holder
        self._until: datetime | None = None
        self._ask_again: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def is_ours(self) -> bool:
        """Whether this process is the one; it becomes the one where there is none."""
        async with self._one_at_a_time:
            now = self._clock.now()
            if _is_within(self._until, now + LIFETIME / 2, now + LIFETIME):
                return True
            if _is_within(self._ask_again, now, now + timedelta(seconds=LOOK_EVERY_S)):
                return False
            return await self._ask(now)

    async def _ask(self, now: datetime) -> bool:
        is_taken = await self._take(now)
        self._until = now + LIFETIME if is_taken else None
        self._ask_again = None if is_taken else now + timedelta(seconds=LOOK_EVERY_S)
        return is_taken

    async def is_anybodys(self) -> bool:
        """Whether some process has it now."""
        alive = {"_id": self._name, "until": {"$gt": self._clock.now()}}
        return await self._duties.find_one(alive) is not None

    async def keep(self) -> None:
        """Have it for as long as this runs, if it can be had."""
        try:
            while True:
                await self.is_ours()
                await self._clock.sleep(LOOK_EVERY_S)
        finally:
            async with last_words("duty"):
                await self._give_back()

    async def while_ours(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do work that has no end whenever the duty is ours; it is cancelled where another takes over."""
        while True:
            if await self.is_ours():
                await self._work_on(work)
            await self._clock.sleep(LOOK_EVERY_S)

    async def once(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Do work that ends, and give the duty back; False where another does it, or has taken it over.

        Raises what the work raises.
        """
        if not await self.is_ours():
            return False
        try:
            return await self._done_while_ours(work)
        finally:
            async with last_words("duty"):
                await self._give_back()

    async def _done_while_ours(self, work: Callable[[], Awaitable[None]]) -> bool:
        doing, losing = asyncio.ensure_future(work()), asyncio.ensure_future(self._lost())
        try:
            await asyncio.wait((doing, losing), return_when=asyncio.FIRST_COMPLETED)
            ended = doing if doing.done() else losing
        finally:
            doing.cancel()
            losing.cancel()
            await asyncio.gather(doing, losing, return_exceptions=True)
        ended.result()
        return ended is doing

    async def _lost(self) -> None:
        while await self.is_ours():
            await self._clock.sleep(LOOK_EVERY_S)

    async def _work_on(self, work: Callable[[], Awaitable[None]]) -> None:
        """Raises what the work raises."""
        doing = asyncio.ensure_future(work())
        try:
            while not doing.done() and await self.is_ours():
                await self._clock.sleep(LOOK_EVERY_S)
        finally:
            doing.cancel()
            with suppress(asyncio.CancelledError):
                await doing

    async def _take(self, now: datetime) -> bool:
        is_free = [{"holder": self._holder}, {"until": {"$lte": now}}, {"until": {"$gt": now + _NEVER}}]
        free = {"_id": self._name, "$or": is_free}
        mine = {"$set": {"holder": self._holder, "until": now + LIFETIME}}
        try:
            await self._duties.update_one(free, mine, upsert=True)
        except DuplicateKey:
            return False
        return True

    async def _give_back(self) -> None:
        if self._until is not None:
            self._until = None
            await self._duties.delete_one({"_id": self._name, "holder": self._holder})


def _is_within(instant: datetime | None, after: datetime, until: datetime) -> bool:
    """One that is farther off was noted before the clock was set back."""
    return instant is not None and after < instant <= until
