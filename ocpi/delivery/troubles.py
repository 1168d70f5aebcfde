"""Which parties are in trouble, and how long each is left alone: known to all processes, and after a restart.

A sign of life from a partner ends the rest of its parties, whichever process it calls; the one that delivers
to them sees that within seconds. A rest that the far side asked for itself is not cut short.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ocpi.delivery.leases import COLLECTION
from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo
from schemas.kinds import PartyId

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

    async def began(self, party: PartyId, trouble: Trouble) -> None:
        fields = {
            "failures": trouble.failures,
            "rests_until": trouble.rests_until,
            "is_asked": trouble.is_asked,
        }
        await self._lanes.update_one({"_id": str(party)}, {"$set": fields})

    async def ended(self, party: PartyId) -> None:
        gone = {"failures": "", "rests_until": "", "is_asked": ""}
        await self._lanes.update_one({"_id": str(party)}, {"$unset": gone})

    async def of(self, parties: Collection[PartyId]) -> dict[PartyId, Trouble]:
        return await self._found({"_id": {"$in": [str(each) for each in parties]}})

    async def all(self) -> dict[PartyId, Trouble]:
        return await self._found({})

    async def heard(self, parties: Collection[PartyId]) -> None:
        """They are worth a try now."""
        now = self._clock.now()
        resting = {"rests_until": {"$gt": now}, "is_asked": False}
        await self._lanes.update_many(
            {"_id": {"$in": [str(each) for each in parties]}, **resting}, {"$set": {"rests_until": now}}
        )

    async def _found(self, wanted: Document) -> dict[PartyId, Trouble]:
        rows = self._lanes.find({**wanted, "failures": {"$exists": True}})
        return {PartyId.parse(row["_id"]): _trouble(row) async for row in rows}


def _trouble(row: Document) -> Trouble:
    return Trouble(row["failures"], row["rests_until"], row["is_asked"])
