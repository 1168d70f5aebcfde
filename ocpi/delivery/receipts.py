"""What was delivered: when, with which answer, and where the far side keeps it.

The receipt of a bill is durable before its mark is cleared, and stays for ever: when its owner sends it once
more, that it arrived is known. Of anything else the last one per mark is kept for a season, written about a
second later, so that a crash may lose it.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ocpi.delivery.marks import Mark, is_of_object, of_object
from ocpi.process.clock import Clock
from ocpi.process.last_words import last_words
from ocpi.process.mongo import (
    ASCENDING,
    DESCENDING,
    Document,
    Index,
    InsertOne,
    Mongo,
    UpdateOne,
    Written,
    write_each,
)
from ocpi.process.tasks import Supervisor
from schemas.kinds import ObjectKind, PartyId

COLLECTION: Final = "receipts"
KEPT_FOR: Final = timedelta(days=90)
WRITTEN_EVERY_S: Final = 1.0
_AT_ONCE: Final = 1000
INDEXES: Final = (
    Index(collection=COLLECTION, keys=(("to", ASCENDING), ("at", ASCENDING))),
    Index(
        collection=COLLECTION,
        keys=(("expires_at", ASCENDING),),
        expire_after_s=0,
        partial={"expires_at": {"$exists": True}},
    ),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the far side answered: `status` is OCPI's, `location` where it keeps a bill."""

    http: int
    status: int
    location: str | None
    correlation_id: str


class Receipts:
    def __init__(self, mongo: Mongo, clock: Clock, supervisor: Supervisor) -> None:
        self._receipts = mongo.collection(COLLECTION)
        self._noted = mongo.collection(COLLECTION, is_durable=False)
        self._clock = clock
        self._supervisor = supervisor
        self._waiting: dict[str, Document] = {}
        self._is_writing = False

    def of(self, mark: Mark, arrival: Arrival) -> Document:
        now = self._clock.now()
        expiry = {} if mark.due.kind is ObjectKind.CDR else {"expires_at": now + KEPT_FOR}
        return {
            "_id": mark.mark_id,
            "object_id": mark.due.object_id,
            "to": str(mark.due.to),
            "kind": mark.due.kind,
            "sender": str(mark.due.sender),
            "role": mark.due.role,
            "at": now,
            "http": arrival.http,
            "status": arrival.status,
            "location": arrival.location,
            "attempts": mark.attempts + 1,
            "correlation_id": arrival.correlation_id,
            **expiry,
        }

    async def write(self, receipts: Sequence[Document]) -> list[Written | Exception]:
        """Durable when this returns."""
        writes = [UpdateOne({"_id": each["_id"]}, {"$set": each}, upsert=True) for each in receipts]
        return await write_each(self._receipts, writes) if writes else []

    def note(self, receipt: Document) -> None:
        """Written soon; of several of one mark the last."""
        self._waiting[receipt["_id"]] = receipt
        if not self._is_writing:
            self._is_writing = True
            self._supervisor.start("write receipts", self._write_soon)

    async def _write_soon(self) -> None:
        try:
            await self._clock.sleep(WRITTEN_EVERY_S)
        except asyncio.CancelledError:
            async with last_words("receipts"):
                await self.flush()
            raise
        self._is_writing = False
        await self.flush()

    async def flush(self) -> None:
        """What has been noted is written."""
        waiting, self._waiting = list(self._waiting.values()), {}
        for begin in range(0, len(waiting), _AT_ONCE):
            await self._replace(waiting[begin : begin + _AT_ONCE])

    async def _replace(self, receipts: Sequence[Document]) -> None:
        """As many inserts cost a third of as many upserts. Another process may have told the same."""
        await self._noted.delete_many({"_id": {"$in": [each["_id"] for each in receipts]}})
        await write_each(self._noted, [InsertOne(each) for each in receipts])

    async def has(self, mark_id: str) -> bool:
        return bool(await self.among([mark_id]))

    async def among(self, mark_ids: Collection[str]) -> set[str]:
        """Those of them that were delivered."""
        if not mark_ids:
            return set()
        found = self._receipts.find({"_id": {"$in": list(mark_ids)}}, {"_id": 1})
        return {row["_id"] async for row in found}

    async def has_of_object(self, whole: str) -> bool:
        """Whether the object of that mark, in whatever state, has arrived; `whole` names the mark."""
        if any(is_of_object(name, whole) for name in self._waiting):
            return True
        return await self._receipts.find_one(of_object(whole), {"_id": 1}) is not None

    async def newest(self, to: PartyId | None, kind: ObjectKind | None, limit: int) -> list[Document]:
        wanted: Document = {} if to is None else {"to": str(to)}
        if kind is not None:
            wanted["kind"] = kind
        found = self._receipts.find(wanted).sort("at", DESCENDING).limit(limit)
        return [document async for document in found]

    async def since(self, to: PartyId, instant: datetime) -> list[Document]:
        """What has been delivered to a party from then on, as far as it is known; the oldest first."""
        found = self._receipts.find({"to": str(to), "at": {"$gte": instant}}).sort("at")
        return [document async for document in found]
