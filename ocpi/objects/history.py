"""What an owner told before: the versions of sessions, tokens and tariffs, for as long as disputes may last.

Kept with the object itself, before anything is answered. A version that came too late to be shown is kept as
well: its owner said it, and it tells what held before.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ocpi.objects.record import Record
from ocpi.process.batches import Batches
from ocpi.process.clock import Clock
from ocpi.process.mongo import (
    ASCENDING,
    Document,
    DuplicateKey,
    Index,
    InsertOne,
    Mongo,
    Write,
    Written,
    write_each,
)
from ocpi.process.tasks import Supervisor
from schemas.kinds import ObjectKind

COLLECTION: Final = "object_history"
KINDS: Final = frozenset({ObjectKind.SESSION, ObjectKind.TOKEN, ObjectKind.TARIFF})
KEPT_FOR: Final = timedelta(days=400)
INDEXES: Final = (
    Index(collection=COLLECTION, keys=(("object_id", ASCENDING), ("last_updated", ASCENDING))),
    Index(collection=COLLECTION, keys=(("expires_at", ASCENDING),), expire_after_s=0),
)


@dataclass(frozen=True, slots=True)
class Version:
    """`at` is when it came; `deleted`: that the owner took the object back then."""

    last_updated: datetime
    body: bytes
    at: datetime
    deleted: bool


class History:
    """Each version once, however often it comes."""

    def __init__(self, mongo: Mongo, clock: Clock, supervisor: Supervisor, kept_for: timedelta) -> None:
        self._versions = mongo.collection(COLLECTION)
        self._clock = clock
        self._kept_for = kept_for
        self._batches: Batches[Write, Written] = Batches("keep versions", self._send, supervisor)

    def keep(self, record: Record) -> asyncio.Future[Written]:
        """On its way at once; done when it is durable."""
        document = self._document(record)
        return self._batches.add(document["_id"], InsertOne(document))

    async def keep_each(self, records: Iterable[Record]) -> None:
        """As `keep`, for many in one trip; durable when this returns."""
        inserts = [InsertOne(self._document(record)) for record in records]
        outcomes = await self._send(inserts) if inserts else []
        for failed in (each for each in outcomes if isinstance(each, Exception)):
            raise failed

    async def of(self, object_id: str) -> AsyncIterator[Version]:
        """The oldest state first."""
        async for row in self._versions.find({"object_id": object_id}).sort("last_updated"):
            yield Version(row["last_updated"], row["body"], row["at"], row["deleted"])

    async def _send(self, writes: Sequence[Write]) -> list[Written | Exception]:
        outcomes = await write_each(self._versions, writes)
        return [Written.FOUND if isinstance(each, DuplicateKey) else each for each in outcomes]

    def _document(self, record: Record) -> Document:
        now, object_id, digest = self._clock.now(), record.database_id, record.digest
        return {
            "_id": f"{object_id}|{record.last_updated.isoformat()}|{digest}|{record.deleted}",
            "object_id": object_id,
            "last_updated": record.last_updated,
            "digest": digest,
            "deleted": record.deleted,
            "body": record.body,
            "at": now,
            "expires_at": now + self._kept_for,
        }
