"""Who was refused at the doors of all processes: one document a name, a thousand of them, for a week.

Strangers choose the names, so of more than a thousand the oldest go. A crash may take the last ones along.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from cpo_adapter.ocpp.credentials import Why
from cpo_adapter.ocpp.refusals import Knock
from ocpi.process.mongo import (
    ASCENDING,
    DESCENDING,
    Document,
    DuplicateKey,
    Index,
    Mongo,
    UpdateOne,
    write_each,
)

COLLECTION: Final = "station_knocks"
MOST: Final = 1_000
_LONGEST_ADDRESS: Final = 64
_KEPT_S: Final = int(timedelta(days=7).total_seconds())
INDEXES: Final = (Index(collection=COLLECTION, keys=(("last_at", DESCENDING),), expire_after_s=_KEPT_S),)


class KnockStore:
    def __init__(self, mongo: Mongo) -> None:
        self._knocks = mongo.collection(COLLECTION, is_durable=False)

    async def add(self, knocks: Sequence[Knock]) -> None:
        """To what is known of these names; two processes may tell of one at once. Raises DriverError."""
        writes = [_added(each) for each in knocks]
        outcomes = await write_each(self._knocks, writes)
        told_at_once = [
            write for write, what in zip(writes, outcomes, strict=True) if isinstance(what, DuplicateKey)
        ]
        if told_at_once:
            await write_each(self._knocks, told_at_once)
        await self._trim()

    async def _trim(self) -> None:
        excess = await self._knocks.estimated_document_count() - MOST
        if excess > 0:
            oldest = self._knocks.find({}, {"_id": 1}).sort("last_at", ASCENDING).limit(excess)
            await self._knocks.delete_many({"_id": {"$in": [each["_id"] async for each in oldest]}})

    async def latest(self) -> list[Knock]:
        """The last first."""
        found = self._knocks.find({}).sort("last_at", DESCENDING).limit(MOST)
        return [_knock_of(each) async for each in found]

    async def get(self, identity: str) -> Knock | None:
        found = await self._knocks.find_one({"_id": identity})
        return _knock_of(found) if found else None

    async def remove(self, identity: str) -> None:
        await self._knocks.delete_one({"_id": identity})


def _added(knock: Knock) -> UpdateOne:
    """Another process may have told of a later one already: what was shown last stays."""
    is_last = {"$gte": [knock.last_at, {"$ifNull": ["$last_at", knock.last_at]}]}

    def of_the_last(field: str, value: Any) -> Document:
        return {field: {"$cond": [is_last, {"$literal": value}, f"${field}"]}}

    told: Document = {
        **of_the_last("why", knock.why.value),
        **of_the_last("address", knock.address[:_LONGEST_ADDRESS]),
        **of_the_last("digest", knock.digest if knock.is_adoptable else None),
        "first_at": {"$min": ["$first_at", knock.first_at]},
        "last_at": {"$max": ["$last_at", knock.last_at]},
        "times": {"$add": [{"$ifNull": ["$times", 0]}, knock.times]},
    }
    return UpdateOne({"_id": knock.identity}, [{"$set": told}], upsert=True)


def _knock_of(stored: Document) -> Knock:
    named = ("address", "first_at", "last_at", "times", "digest")
    return Knock(identity=stored["_id"], why=Why(stored["why"]), **{name: stored[name] for name in named})
