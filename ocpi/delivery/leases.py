"""Which process delivers to which platform.

Several processes may work on one database; each platform is served by one of them at a time, so that an
object is never on the way twice. A lease is renewed while it is in use, and free again a few seconds after
its holder fell silent. A process that comes back under its old name takes its own leases up again at once;
one that was frozen finds by its own clock that it holds none any more.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from ocpi.process.clock import Clock
from ocpi.process.mongo import DuplicateKey, Mongo, UpdateOne, Write, write_each

COLLECTION: Final = "lanes"
LIFETIME: Final = timedelta(seconds=10)
RENEWED_EVERY_S: Final = 3.0
_SKEW: Final = timedelta(seconds=1)  # by so much the clocks of several machines may differ

_NEVER: Final = 2 * LIFETIME
"""No lease ends so much later, unless a clock was set back since it was taken."""


class Leases:
    """`holder` names this process, and the same process after a restart: host and port."""

    def __init__(self, mongo: Mongo, clock: Clock, holder: str) -> None:
        self._lanes = mongo.collection(COLLECTION)
        self._clock = clock
        self._holder = holder
        self._until: dict[str, datetime] = {}

    def holds(self, platform: str) -> bool:
        """Whether nobody else can have begun to deliver to the platform, as far as this process remembers."""
        until, now = self._until.get(platform), self._clock.now()
        return until is not None and now < until - _SKEW and not _is_of_another_time(until, now)

    async def take(self, platform: str) -> bool:
        """Whether this process may deliver to the platform, for half of LIFETIME at least."""
        return platform in await self.take_each([platform])

    async def take_each(self, platforms: Collection[str]) -> set[str]:
        """Those of them that this process may deliver to, for half of LIFETIME at least."""
        now = self._clock.now()
        half = now + LIFETIME / 2
        ending = [each for each in platforms if not half < self._until.get(each, now) <= now + LIFETIME]
        if ending:
            for platform, outcome in zip(ending, await self._write(ending, now), strict=True):
                self._noted(platform, outcome, now + LIFETIME)
        return {each for each in platforms if each in self._until}

    async def end(self, platforms: Collection[str]) -> dict[str, datetime]:
        """When the leases of these platforms end, whoever holds them, unless they are renewed."""
        rows = self._lanes.find({"_id": {"$in": list(platforms)}}, {"until": 1})
        return {row["_id"]: row["until"] async for row in rows if "until" in row}

    async def _write(self, platforms: Collection[str], now: datetime) -> list[object]:
        mine = {"holder": self._holder, "until": now + LIFETIME}
        is_free = [{"holder": self._holder}, {"until": {"$lte": now}}, {"until": {"$gt": now + _NEVER}}]
        takes: list[Write] = [
            UpdateOne(
                {"_id": platform, "$or": is_free},
                {"$set": mine},
                upsert=True,
            )
            for platform in platforms
        ]
        return list(await write_each(self._lanes, takes))

    def _noted(self, platform: str, outcome: object, until: datetime) -> None:
        """A lease that somebody else holds cannot be inserted once more."""
        self._until.pop(platform, None)
        if isinstance(outcome, DuplicateKey):
            return
        if isinstance(outcome, Exception):
            raise outcome
        self._until[platform] = until

    async def renew(self, platforms: Collection[str]) -> None:
        """For another LIFETIME, as far as they are still this process's; the others it holds no more."""
        if not platforms:
            return
        until = self._clock.now() + LIFETIME
        mine = {"_id": {"$in": list(platforms)}, "holder": self._holder}
        await self._lanes.update_many(mine, {"$set": {"until": until}})
        kept = {row["_id"] async for row in self._lanes.find(mine, {"_id": 1})}
        for platform in platforms:
            self._noted(platform, None if platform in kept else DuplicateKey("taken by another"), until)

    async def give_back(self) -> None:
        """Whoever is next need not wait until they end."""
        if self._until:
            mine = {"_id": {"$in": list(self._until)}, "holder": self._holder}
            self._until.clear()
            await self._lanes.update_many(mine, {"$set": {"until": self._clock.now()}})


def _is_of_another_time(until: datetime, now: datetime) -> bool:
    """It was noted before the clock was set back: others may count it as ended."""
    return until > now + LIFETIME
