"""Which platforms are in trouble, and how long each is left alone: all processes know, also after a restart.

A sign of life from a platform ends its rest, whichever process it calls; the one that delivers to it sees
that within seconds. A rest that the far side asked for itself is not cut short.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ocpi.delivery.leases import COLLECTION
from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo

INDEXES: Final = (
    Index(collection=COLLECTION, keys=(("failures", ASCENDING),), partial={"failures": {"$exists": True}}),
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """So many `failures` in a row; `is_asked`: the far side named the end of the rest."""

    failures: int
    rests_until: datetime
    is_asked: bool = False


class Troubles:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._lanes = mongo.collection(COLLECTION)
        self._clock = clock

    async def began(self, platform: str, trouble: Trouble) -> None:
        fields = {
            "failures": trouble.failures,
            "rests_until": trouble.rests_until,
            "is_asked": trouble.is_asked,
        }
        await self._lanes.update_one({"_id": platform}, {"$set": fields})

    async def ended(self, platform: str) -> None:
        gone = {"failures": "", "rests_until": "", "is_asked": ""}
        await self._lanes.update_one({"_id": platform}, {"$unset": gone})

    async def of(self, platforms: Collection[str]) -> dict[str, Trouble]:
        return await self._found({"_id": {"$in": list(platforms)}})

    async def all(self) -> dict[str, Trouble]:
        return await self._found({})

    async def heard(self, platforms: Collection[str]) -> None:
        """They are worth a try now."""
        now = self._clock.now()
        resting = {"rests_until": {"$gt": now}, "is_asked": False}
        await self._lanes.update_many(
            {"_id": {"$in": list(platforms)}, **resting}, {"$set": {"rests_until": now}}
        )

    async def end_rests(self, *, beyond: timedelta) -> None:
        """Those that end later than that from now on end now, unless the far side asked for them."""
        now = self._clock.now()
        late = {"rests_until": {"$gt": now + beyond}, "is_asked": False}
        await self._lanes.update_many(late, {"$set": {"rests_until": now}})

    async def _found(self, wanted: Document) -> dict[str, Trouble]:
        rows = self._lanes.find({**wanted, "failures": {"$exists": True}})
        return {row["_id"]: _trouble(row) async for row in rows}


def _trouble(row: Document) -> Trouble:
    return Trouble(row["failures"], row["rests_until"], row["is_asked"])
