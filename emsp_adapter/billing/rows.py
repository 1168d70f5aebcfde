"""Rows of bills in MongoDB, one document each beside the bill, and in the order in which the bills came.

What is made of bills is written without waiting for the disk: it can be made anew, and whatever says that it
was made is written after it, so that a crash loses both or none.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Final

from emsp_adapter.billing import row as rows
from emsp_adapter.billing.amounts import Amount
from emsp_adapter.billing.row import AuditState, Row
from ocpi.errors import SeveralReceivers, UnknownObject
from ocpi.objects.pages import Numbered
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, DuplicateKey, Index, Mongo
from schemas.kinds import PartyId

COLLECTION: Final = "bills"
_BY: Final = ("cpo", "contract", "uid", "dispute.state", "codes", "chain_codes")
INDEXES = (
    Index(collection=COLLECTION, keys=(("seq", ASCENDING),)),
    *(Index(collection=COLLECTION, keys=((name, ASCENDING), ("seq", ASCENDING))) for name in _BY),
    Index(collection=COLLECTION, keys=(("end", ASCENDING), ("seq", ASCENDING))),
    Index(collection=COLLECTION, keys=(("chain", ASCENDING), ("seq", ASCENDING))),
    Index(collection=COLLECTION, keys=(("folded", ASCENDING), ("cpo", ASCENDING))),
    Index(collection=COLLECTION, keys=(("uid", ASCENDING), ("evse", ASCENDING), ("end", ASCENDING))),
    Index(
        collection=COLLECTION,
        keys=(("cpo", ASCENDING), ("credits", ASCENDING)),
        partial={"credits": {"$type": "string"}},
    ),
    Index(collection=COLLECTION, keys=(("due_at", ASCENDING),), partial={"due_at": {"$type": "date"}}),
)
_MOST_OVERLAPS: Final = 10


class Rows:
    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection(COLLECTION, is_durable=False)

    async def take(self, bill: Numbered, due_at: datetime) -> Row:
        """The row of a bill, made if it is not there; it is due then."""
        document = {"_id": bill.record.database_id, **rows.new(bill, due_at)}
        try:
            await self._rows.insert_one(document)
        except DuplicateKey:
            document = await self._rows.find_one({"_id": document["_id"]}) or document
        return rows.read(document)

    async def tried(self, object_id: str, again_at: datetime) -> None:
        """An audit begins: should nobody hear of it any more, it is due again then."""
        begun = {"$inc": {"attempts": 1}, "$set": {"due_at": again_at}}
        await self._rows.update_one({"_id": object_id}, begun)

    async def failed(self, object_id: str, why: str) -> None:
        told = {"$set": {"audit": AuditState.FAILED, "trouble": why}}
        await self._rows.update_one({"_id": object_id, "audit": {"$ne": AuditState.DONE}}, told)

    async def judged(self, object_id: str, *, ours: Amount | None, clean: bool, codes: Document) -> None:
        """`codes` are the findings of the bill itself: all of them, and those that are errors."""
        told = {"audit": AuditState.DONE, "clean": clean, "trouble": None, **codes}
        change = {"$set": {**told, **rows.amount_fields("ours", ours)}, "$unset": {"due_at": ""}}
        await self._rows.update_one({"_id": object_id}, change)

    async def again(self, object_id: str, now: datetime) -> None:
        """Judge it anew."""
        due = {"audit": AuditState.WAITING, "due_at": now}
        await self._rows.update_one({"_id": object_id}, {"$set": due})

    async def due(self, now: datetime, limit: int) -> list[Row]:
        found = self._rows.find({"due_at": {"$lte": now}}).sort("due_at", ASCENDING).limit(limit)
        return [rows.read(document) async for document in found]

    async def get(self, object_id: str) -> Row | None:
        document = await self._rows.find_one({"_id": object_id})
        return None if document is None else rows.read(document)

    async def by_ids(self, object_ids: Collection[str]) -> dict[str, Row]:
        found = self._rows.find({"_id": {"$in": list(object_ids)}})
        return {document["_id"]: rows.read(document) async for document in found}

    async def named(self, cdr_id: str, cpo: PartyId | None) -> Row:
        """Raises UnknownObject, SeveralReceivers."""
        wanted = {"folded": cdr_id.lower(), **({} if cpo is None else {"cpo": str(cpo)})}
        found = [rows.read(document) async for document in self._rows.find(wanted).limit(20)]
        if not found:
            raise UnknownObject(f"there is no bill {cdr_id!r}")
        if len(found) > 1:
            owners = ", ".join(sorted(str(each.key.owner) for each in found))
            raise SeveralReceivers(f"there is a bill {cdr_id!r} of each of {owners}: say whose")
        return found[0]

    async def overlapping(self, row: Row, uid: str, evse_uid: str) -> list[str]:
        """Other bills of the same card at the same EVSE and time; credits and bills of this session aside."""
        same = {"uid": uid.lower(), "evse": evse_uid.lower(), "cpo": str(row.key.owner), "credit": False}
        times = {"end": {"$gt": row.start}, "start": {"$lt": row.end}}
        others = {**same, **times, "chain": {"$ne": row.chain}, "place": {"$nin": ["CREDITED", "DUPLICATE"]}}
        return [each["cdr"] async for each in self._rows.find(others).limit(_MOST_OVERLAPS)]

    async def listed(
        self, wanted: Document, *, before: int | None, limit: int, newest_first: bool = True
    ) -> list[Row]:
        """`before` is a number in the order of coming."""
        bounds = {} if before is None else {"seq": {"$lt": before}}
        order = DESCENDING if newest_first else ASCENDING
        found = self._rows.find({**wanted, **bounds}).sort("seq", order).limit(limit)
        return [rows.read(document) async for document in found]

    async def each(
        self, wanted: Document, *, after: int, until: int, at_once: int
    ) -> AsyncIterator[Sequence[Row]]:
        """Those with a number above `after` and up to `until`, in order, some at a time."""
        while True:
            bounds = {"$and": [wanted, {"seq": {"$gt": after, "$lte": until}}]}
            found = self._rows.find(bounds).sort("seq", ASCENDING).limit(at_once)
            batch = [rows.read(document) async for document in found]
            if not batch:
                return
            yield batch
            after = batch[-1].seq
