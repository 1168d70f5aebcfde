"""Bills that were refused, with all that they said: for the operator, and for whoever disputes it later.

Kept once for each content that came under an id, however often it comes, beside the hash of what had come
under the same id before. Nobody else is shown any of it.
"""

from datetime import datetime
from typing import Final

from prometheus_client import Counter

from hub.ledger.flaws import Flaw
from ocpi.objects.record import Record
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo
from schemas.kinds import ObjectKey, PartyId

log = logger(__name__)

COLLECTION: Final = "quarantine"
INDEXES = (
    Index(collection=COLLECTION, keys=(("at", DESCENDING),)),
    Index(collection=COLLECTION, keys=(("bill", ASCENDING), ("at", ASCENDING))),
    Index(collection=COLLECTION, keys=(("folded_id", ASCENDING),)),
)


class Quarantine:
    def __init__(self, mongo: Mongo, metrics: Metrics, clock: Clock) -> None:
        self._bills = mongo.collection(COLLECTION)
        self._clock = clock
        self._counted = counted(metrics)

    async def keep(self, bill: Record, flaw: Flaw, kept: Record | None = None) -> None:
        """`kept` is what came under the same id before. Durable when this returns."""
        now = self._clock.now()
        first = {**_document(bill, kept), "at": now}
        seen = {"last_at": now, "code": flaw.code, "pointer": flaw.pointer, "text": flaw.text}
        await self._bills.update_one(
            {"_id": f"{bill.key}|{bill.digest}"},
            {"$setOnInsert": first, "$set": seen, "$inc": {"times": 1}},
            upsert=True,
        )
        self._counted.labels(flaw.code).inc()
        log.error("bill quarantined", cdr=str(bill.key), code=flaw.code, pointer=flaw.pointer)

    async def listed(self, *, party: PartyId | None, since: datetime | None, limit: int) -> list[Document]:
        """The newest first."""
        wanted: Document = {} if since is None else {"at": {"$gte": since}}
        if party is not None:
            wanted["$or"] = [{"owner": str(party)}, {"to": str(party)}]
        return [each async for each in self._bills.find(wanted).sort("at", DESCENDING).limit(limit)]

    async def of(self, bill: ObjectKey) -> list[Document]:
        """What was refused under this id, the oldest first."""
        return [each async for each in self._bills.find({"bill": str(bill)}).sort("at", ASCENDING)]

    async def named(self, bill_id: str) -> list[ObjectKey]:
        """Under which keys a bill of this id was refused."""
        found = await self._bills.distinct("bill", {"folded_id": bill_id.lower()})
        return [ObjectKey.parse(each) for each in found]

    async def count(self) -> int:
        return int(await self._bills.estimated_document_count())


def counted(metrics: Metrics) -> Counter:
    return metrics.counter("bills_quarantined", "Bills that were refused and kept apart.", ("reason",))


def _document(bill: Record, kept: Record | None) -> Document:
    original = bill.original
    return {
        "bill": str(bill.key),
        "owner": str(bill.key.owner),
        "id": str(bill.key.id),
        "folded_id": bill.key.id.lower(),
        "to": str(bill.audience),
        "hash": bill.digest,
        "kept_hash": kept.digest if kept else None,
        "body": bill.body,
        "original": {"version": original.version, "body": original.body} if original else None,
    }
