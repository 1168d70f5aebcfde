"""Roaming objects in MongoDB, one document each, found by owner, kind and id.

Bodies are kept as bytes: what is served again later is what the owner sent. Writes that come at the same time
reach the disk together; each is answered for itself. An object is numbered when it is created, and lists are
in the order of these numbers, which an update does not change. What a database holds from before objects were
numbered is in no list: it is put again by its owner, or by the service that reads it from a file.
"""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ocpi.objects import documents, history, listed, selection
from ocpi.objects.held_bills import HeldBills
from ocpi.objects.history import History, Version
from ocpi.objects.listed import Listed
from ocpi.objects.pages import Numbered, Page, PageOfRecords, Pages, Stretch, numbered
from ocpi.objects.record import Outcome, Record, database_id
from ocpi.objects.selection import Selection, audience_name
from ocpi.objects.sequence import Sequence as Numbers
from ocpi.process.batches import Batches
from ocpi.process.clock import Clock
from ocpi.process.mongo import (
    ASCENDING,
    DESCENDING,
    Document,
    DuplicateKey,
    InsertOne,
    Mongo,
    UpdateOne,
    Write,
    Written,
    has_won,
    write_each,
)
from ocpi.process.tasks import Supervisor
from ocpi.wire.pagination import PageQuery
from schemas.kinds import ObjectKey, ObjectKind, PartyId

__all__ = ["INDEXES", "Change", "ObjectStore", "Page", "PageOfRecords", "Selection"]

INDEXES = (*selection.INDEXES, *history.INDEXES, *listed.INDEXES)
_Numbered = Callable[[int], Write]


@dataclass(frozen=True, slots=True)
class Change:
    """`held` is what is written over, as it was read; None: nothing."""

    record: Record
    held: Record | None


class ObjectStore:
    """`supervisor` owns what is written in the background; `history_for` is how long old versions stay.

    `held_bills` is where it is said what becomes of those, `listed` what owners list no more.
    """

    def __init__(
        self,
        mongo: Mongo,
        clock: Clock,
        supervisor: Supervisor | None = None,
        *,
        history_for: timedelta = history.KEPT_FOR,
    ) -> None:
        supervisor = supervisor or Supervisor(name="objects", clock=clock)
        self._objects = mongo.collection(selection.COLLECTION)
        self._clock = clock
        self._numbers = Numbers(mongo, clock, supervisor)
        self.held_bills = HeldBills(self._objects, self._numbers)
        self.listed = Listed(self._objects)
        self._pages = Pages(self._objects, self._numbers, clock)
        self._history = History(mongo, clock, supervisor, history_for)
        self._listening: dict[ObjectKind, list[Callable[[Record], None]]] = {}
        self._beside: dict[ObjectKind, list[Callable[[Record], Document]]] = {}
        self._batches: Batches[_Numbered, Written] = Batches("write objects", self._send, supervisor)

    def listen(self, kind: ObjectKind, told: Callable[[Record], None]) -> None:
        """`told` is called with each object of the kind before this process puts it."""
        self._listening.setdefault(kind, []).append(told)

    def keep_beside(self, kind: ObjectKind, fields: Callable[[Record], Document]) -> None:
        """Have further fields of the service written with every object of the kind, in the same write.

        They follow from the object alone, and `fields` raises nothing. Every process of a service that shares
        a database keeps the same.
        """
        self._beside.setdefault(kind, []).append(fields)

    async def put(self, record: Record) -> Outcome:
        """Keep the newest: an object older than the one we hold changes nothing and is STALE.

        A tombstone keeps the age of what was deleted, so the same object may come back.
        """
        for told in self._listening.get(record.key.kind, ()):
            told(record)
        if record.key.kind not in history.KINDS:
            return await self._put(record)
        version = self._history.keep(record)
        try:
            outcome = await self._put(record)
            await version
        finally:
            version.cancel()  # unless it is kept: a put that failed, or was given up, is no version
        return outcome

    async def _put(self, record: Record) -> Outcome:
        newest = {"last_updated": {"$lte": record.last_updated}}
        outcome = await self._upsert(record, newest)
        if outcome is Outcome.STALE:  # or somebody created it at this moment: now it is there to be compared
            outcome = await self._upsert(record, newest)
        return outcome

    async def replace(self, record: Record, held: Record) -> bool:
        """Write over exactly what was read before; False when somebody else was faster.

        What lost was never a version, so only what has won becomes one.
        """
        if await self._upsert(record, _unchanged(held)) is Outcome.STALE:
            return False
        if record.key.kind in history.KINDS:
            await self._history.keep(record)
        return True

    async def replace_each(self, changes: Sequence[Change]) -> list[bool]:
        """As `replace`, for many objects in one trip; one that nobody held is created."""
        outcomes = await self._send([self._change(each) for each in changes])
        won = [has_won(each) for each in outcomes]
        await self._history.keep_each(
            change.record
            for change, has_won in zip(changes, won, strict=True)
            if has_won and change.record.key.kind in history.KINDS
        )
        return won

    def _change(self, change: Change) -> _Numbered:
        record, held, now = change.record, change.held, self._clock.now()
        changed = self._changed(record, now)

        def write(seq: int) -> Write:
            new = documents.created(record, seq, now)
            if held is None:
                return InsertOne({"_id": record.database_id, **new, **changed})
            wanted = {"_id": record.database_id, **_unchanged(held)}
            return UpdateOne(wanted, {"$set": changed, "$setOnInsert": new}, upsert=True)

        return write

    async def insert(self, record: Record) -> Outcome:
        """Keep for ever: a second arrival is UNCHANGED if it says the same, else a CONFLICT."""
        now = self._clock.now()
        changed = self._changed(record, now)

        def write(seq: int) -> Write:
            return InsertOne({"_id": record.database_id, **documents.created(record, seq, now), **changed})

        try:
            await self._batches.add(record.database_id, write)
        except DuplicateKey:
            return await self._compare(record)
        return Outcome.CREATED

    async def _compare(self, record: Record) -> Outcome:
        kept = await self.get_by_id(record.database_id)
        return Outcome.UNCHANGED if kept is not None and kept.says_same(record) else Outcome.CONFLICT

    async def get(self, key: ObjectKey, audience: PartyId | None = None) -> Record | None:
        return await self.get_by_id(database_id(key, audience))

    async def get_by_id(self, object_id: str) -> Record | None:
        document = await self._objects.find_one({"_id": object_id})
        return None if document is None else documents.record(document)

    async def numbered(self, key: ObjectKey) -> Numbered | None:
        document = await self._objects.find_one({"_id": database_id(key, None)})
        return None if document is None else numbered(document)

    async def by_ids(self, object_ids: Collection[str]) -> dict[str, Record]:
        """Those of these database ids that are kept, in one trip."""
        found = self._objects.find({"_id": {"$in": list(object_ids)}}, batch_size=len(object_ids) + 1)
        return {document["_id"]: documents.record(document) async for document in found}

    async def bodies(self, object_ids: Collection[str]) -> dict[str, bytes]:
        """Of these database ids, as far as they are kept and not deleted, in one trip."""
        wanted = {"_id": {"$in": list(object_ids)}, "deleted": False}
        found = self._objects.find(wanted, {"body": True}, batch_size=len(object_ids) + 1)
        return {document["_id"]: document["body"] async for document in found}

    async def digests(self, object_ids: Collection[str]) -> dict[str, str]:
        """Of the bodies of these database ids, as far as they are kept."""
        found = self._objects.find({"_id": {"$in": list(object_ids)}}, {"digest": True})
        return {document["_id"]: document["digest"] async for document in found}

    async def present(self, object_ids: Sequence[str], audience: PartyId | None) -> set[str]:
        """Which of these database ids are kept, and meant for that audience; what was deleted counts."""
        wanted = {"_id": {"$in": list(object_ids)}, "audience": audience_name(audience)}
        found = self._objects.find(wanted, {"_id": 1})
        return {document["_id"] async for document in found}

    async def named(self, kind: ObjectKind, written_id: str) -> list[Record]:
        """Objects of any owner that bear this id, however its letters are cased."""
        found = self._objects.find({"kind": kind, "folded_id": written_id.lower(), "deleted": False})
        return [documents.record(document) async for document in found]

    async def named_each(self, kind: ObjectKind, written_ids: Collection[str]) -> dict[str, list[Record]]:
        """As `named` for several ids at one go, by the id in lower case; what nobody has is left out."""
        folded = sorted({each.lower() for each in written_ids})
        found: dict[str, list[Record]] = {}
        wanted = {"kind": kind, "folded_id": {"$in": folded}, "deleted": False}
        async for document in self._objects.find(wanted):
            found.setdefault(document["folded_id"], []).append(documents.record(document))
        return found

    async def names_after(self, kind: ObjectKind, number: int, limit: int) -> list[tuple[int, str]]:
        """Numbers and ids, in lower case, of what was created behind a number; what was deleted counts."""
        wanted = {"kind": kind, "deleted": {"$in": [False, True]}, "seq": {"$gt": number}}
        found = self._objects.find(wanted, {"seq": 1, "folded_id": 1}).sort("seq", ASCENDING).limit(limit)
        return [(document["seq"], document["folded_id"]) async for document in found]

    async def horizon(self) -> int:
        """Whatever was created with a smaller number can be seen by now."""
        return await self._numbers.horizon()

    async def contracted(self, issuer: PartyId, contract_id: str) -> list[Record]:
        """Tokens of one contract, the last changed first."""
        wanted = {"kind": ObjectKind.TOKEN, "owner": str(issuer), "linked": contract_id.lower()}
        found = self._objects.find({**wanted, "deleted": False}).sort("last_updated", DESCENDING)
        return [documents.record(document) async for document in found]

    async def bills_of(self, owner: PartyId, session_id: str) -> list[Record]:
        """Every CDR of one session, credits and replacements among them."""
        wanted = {"kind": ObjectKind.CDR, "owner": str(owner), "linked": session_id.lower()}
        return [documents.record(document) async for document in self._objects.find(wanted)]

    async def credits_of(self, bills: Sequence[ObjectKey]) -> dict[ObjectKey, Numbered]:
        """Of each of these bills that was taken back, the credit."""
        owners = sorted({str(each.owner) for each in bills})
        named = {"owner": {"$in": owners}, "credits": {"$in": [each.id.lower() for each in bills]}}
        found = self._objects.find({"kind": ObjectKind.CDR, **named})
        credited = [(document["credits"], numbered(document)) async for document in found]
        of_bill = {
            ObjectKey(ObjectKind.CDR, each.record.key.owner, name): each
            for name, each in credited
            if not each.record.is_withheld
        }
        return {bill: of_bill[bill] for bill in bills if bill in of_bill}

    async def bills_of_each(self, owner: PartyId, session_ids: Collection[str]) -> list[Record]:
        """As `bills_of`, for several sessions of one owner in one trip."""
        linked = {"$in": sorted({each.lower() for each in session_ids})}
        wanted = {"kind": ObjectKind.CDR, "owner": str(owner), "linked": linked}
        return [documents.record(document) async for document in self._objects.find(wanted)]

    def versions(self, key: ObjectKey, audience: PartyId | None = None) -> AsyncIterator[Version]:
        """What a session, token or tariff has been, the oldest state first."""
        return self._history.of(database_id(key, audience))

    async def page(self, selection: Selection, query: PageQuery) -> Page:
        """Raises InvalidParameters for a cursor of another list, PlatformFailed while the list is held up."""
        return await self._pages.bodies(selection, query)

    async def page_of_records(self, selection: Selection, query: PageQuery) -> PageOfRecords:
        """The same page with everything that is known of its objects. Raises as `page`."""
        return await self._pages.records(selection, query)

    async def settled(self, selection: Selection, after: int, limit: int) -> Stretch:
        """Those that came after a number, in order; who goes on behind the last one misses nothing, ever."""
        return await self._pages.settled(selection, after, limit)

    async def newest(self, selection: Selection, before: int | None, limit: int) -> Stretch:
        return await self._pages.newest(selection, before, limit)

    async def has_any(self, selection: Selection) -> bool:
        return await self._pages.has_any(selection)

    def each(self, selection: Selection) -> AsyncIterator[Record]:
        """All of them, in the order of their creation."""
        return self._pages.each(selection)

    async def _upsert(self, record: Record, condition: Document) -> Outcome:
        """STALE: what is there does not meet the condition."""
        object_id = record.database_id
        wanted = {"_id": object_id, **condition}
        now = self._clock.now()
        changed = self._changed(record, now)

        def write(seq: int) -> Write:
            new = documents.created(record, seq, now)
            return UpdateOne(wanted, {"$set": changed, "$setOnInsert": new}, upsert=True)

        try:
            written = await self._batches.add(object_id, write)
        except DuplicateKey:
            return Outcome.STALE
        return Outcome.UPDATED if written is Written.FOUND else Outcome.CREATED

    def _changed(self, record: Record, now: datetime) -> Document:
        beside = (fields(record) for fields in self._beside.get(record.key.kind, ()))
        return {
            **documents.changed(record, now),
            **{name: value for each in beside for name, value in each.items()},
        }

    async def _send(self, writes: Sequence[_Numbered]) -> Sequence[Written | Exception]:
        async with self._numbers.numbers(len(writes)) as numbers:
            with_numbers = [write(number) for write, number in zip(writes, numbers, strict=True)]
            return await write_each(self._objects, with_numbers)


def _unchanged(held: Record) -> Document:
    return {"digest": held.digest, "last_updated": held.last_updated, "deleted": held.deleted}
