"""Roaming objects in MongoDB, one document each, found by owner, kind and id.

Bodies are kept as bytes: what is served again later is what the owner sent. Pages come in the order
of creation, which an update does not change.
Spec: 2.3.0 transport_and_format, Pagination (oldest first).
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ocpi.objects.record import Original, Outcome, Record, database_id
from ocpi.objects.totals import Totals
from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, DuplicateKey, Index, Mongo
from ocpi.wire.pagination import PageQuery
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.enums import VersionNumber

COLLECTION = "objects"
INDEXES = (
    Index(collection=COLLECTION, keys=(("kind", ASCENDING), ("created_at", ASCENDING), ("_id", ASCENDING))),
    Index(
        collection=COLLECTION,
        keys=(
            ("kind", ASCENDING),
            ("audience", ASCENDING),
            ("deleted", ASCENDING),
            ("created_at", ASCENDING),
            ("_id", ASCENDING),
        ),
    ),
    Index(collection=COLLECTION, keys=(("kind", ASCENDING), ("folded_id", ASCENDING))),
    Index(collection=COLLECTION, keys=(("kind", ASCENDING), ("last_updated", ASCENDING))),
    Index(
        collection=COLLECTION,
        keys=(("kind", ASCENDING), ("owner", ASCENDING), ("linked", ASCENDING)),
        partial={"linked": {"$type": "string"}},
    ),
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects a page is about. `owners` and `audiences` of None mean any."""

    kind: ObjectKind
    owners: Sequence[PartyId] | None = None
    audiences: Sequence[PartyId | None] | None = None

    def includes(self, record: Record) -> bool:
        """Whether the object is one of these, as far as `filter` tells."""
        is_owner = self.owners is None or record.key.owner in self.owners
        is_seen = self.audiences is None or record.audience in self.audiences
        return record.key.kind is self.kind and is_owner and is_seen and not record.deleted

    def filter(self) -> Document:
        wanted: Document = {"kind": self.kind, "deleted": False}
        if self.owners is not None:
            wanted["owner"] = {"$in": [str(owner) for owner in self.owners]}
        if self.audiences is not None:
            wanted["audience"] = {"$in": [_name(audience) for audience in self.audiences]}
        return wanted


@dataclass(frozen=True, slots=True)
class Page:
    bodies: list[bytes]
    total: int


@dataclass(frozen=True, slots=True)
class RecordPage:
    """As Page, with all that is kept of each object."""

    records: list[Record]
    total: int


class ObjectStore:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._objects = mongo.collection(COLLECTION)
        self._clock = clock
        self._totals = Totals(clock)

    async def put(self, record: Record) -> Outcome:
        """Keep the newest: an object older than the one we hold changes nothing and is STALE.

        A tombstone keeps the age of what was deleted, so the same object may come back.
        """
        outcome = await self._upsert_newest(record)
        if outcome is Outcome.STALE:  # or somebody created it at this moment: now it is there to be compared
            outcome = await self._upsert_newest(record)
        return outcome

    async def _upsert_newest(self, record: Record) -> Outcome:
        newest = {"_id": record.database_id, "last_updated": {"$lte": record.last_updated}}
        try:
            result = await self._objects.update_one(newest, self._upsert(record), upsert=True)
        except DuplicateKey:
            return Outcome.STALE
        return Outcome.UPDATED if result.matched_count else Outcome.CREATED

    async def replace(self, record: Record, held: Record) -> bool:
        """Write over exactly what was read before; False when somebody else was faster."""
        unchanged = {
            "_id": record.database_id,
            "digest": held.digest,
            "last_updated": held.last_updated,
            "deleted": held.deleted,
        }
        result = await self._objects.update_one(unchanged, {"$set": _fields(record)})
        return result.matched_count == 1

    async def insert(self, record: Record) -> Outcome:
        """Keep for ever: a second arrival is UNCHANGED if it says the same, else a CONFLICT."""
        try:
            await self._objects.insert_one({**self._new(record), **_fields(record)})
        except DuplicateKey:
            return await self._compare(record)
        return Outcome.CREATED

    async def _compare(self, record: Record) -> Outcome:
        """Another order of keys, or 1.0 for 1, is no other content."""
        kept = await self.get_by_id(record.database_id)
        same = kept is not None and (kept.digest == record.digest or kept.value() == record.value())
        return Outcome.UNCHANGED if same else Outcome.CONFLICT

    async def get(self, key: ObjectKey, audience: PartyId | None = None) -> Record | None:
        return await self.get_by_id(database_id(key, audience))

    async def get_by_id(self, object_id: str) -> Record | None:
        document = await self._objects.find_one({"_id": object_id})
        return None if document is None else _record(document)

    async def named(self, kind: ObjectKind, written_id: str) -> list[Record]:
        """Objects of any owner that bear this id, however its letters are cased."""
        found = self._objects.find({"kind": kind, "folded_id": written_id.lower(), "deleted": False})
        return [_record(document) async for document in found]

    async def contracted(self, issuer: PartyId, contract_id: str) -> list[Record]:
        """Tokens of one contract, the last changed first."""
        wanted = {"kind": ObjectKind.TOKEN, "owner": str(issuer), "linked": contract_id.lower()}
        found = self._objects.find({**wanted, "deleted": False}).sort("last_updated", DESCENDING)
        return [_record(document) async for document in found]

    async def bills_of(self, owner: PartyId, session_id: str) -> list[Record]:
        """Every CDR of one session, credits and replacements among them."""
        wanted = {"kind": ObjectKind.CDR, "owner": str(owner), "linked": session_id.lower()}
        return [_record(document) async for document in self._objects.find(wanted)]

    async def page(self, selection: Selection, query: PageQuery) -> Page:
        rows, total = await self._rows(selection, query, {"body": 1})
        return Page([row["body"] async for row in rows], total)

    async def page_of_records(self, selection: Selection, query: PageQuery) -> RecordPage:
        rows, total = await self._rows(selection, query)
        return RecordPage([_record(row) async for row in rows], total)

    async def _rows(
        self, selection: Selection, query: PageQuery, fields: Document | None = None
    ) -> tuple[AsyncIterator[Document], int]:
        wanted = {**selection.filter(), **_between(query.date_from, query.date_to)}
        total = await self._total(wanted, query)
        rows = self._objects.find(wanted, fields).sort([("created_at", ASCENDING), ("_id", ASCENDING)])
        return rows.skip(query.offset).limit(query.limit), total

    async def _total(self, wanted: Document, query: PageQuery) -> int:
        """Counting costs more than the page, so whoever leafs on is told what the first page was told."""
        known = self._totals.get(wanted) if query.offset else None
        if known is not None:
            return known
        total = int(await self._objects.count_documents(wanted))
        self._totals.put(wanted, total)
        return total

    async def each(self, selection: Selection) -> AsyncIterator[Record]:
        async for document in self._objects.find(selection.filter()).sort("created_at"):
            yield _record(document)

    def _upsert(self, record: Record) -> Document:
        return {"$set": _fields(record), "$setOnInsert": self._new(record, with_id=False)}

    def _new(self, record: Record, *, with_id: bool = True) -> Document:
        fresh: Document = {
            "kind": record.key.kind,
            "owner": str(record.key.owner),
            "id": record.key.id,
            "folded_id": record.key.id.lower(),
            "audience": _name(record.audience),
            "created_at": self._clock.now(),
        }
        return {"_id": record.database_id, **fresh} if with_id else fresh


def _fields(record: Record) -> Document:
    return {
        **_linked(record),
        "last_updated": record.last_updated,
        "body": record.body,
        "digest": record.digest,
        "deleted": record.deleted,
        "original": _original_document(record.original),
    }


def _original_document(original: Original | None) -> Document | None:
    return None if original is None else {"version": original.version, "body": original.body}


def _original(document: Document | None) -> Original | None:
    return None if document is None else Original(VersionNumber(document["version"]), document["body"])


_LINKS: Final = {ObjectKind.TOKEN: "contract_id", ObjectKind.CDR: "session_id"}
"""By what else an object is looked for: a token by its contract, as in 2.1.1, and bills by their session."""


def _linked(record: Record) -> Document:
    field = _LINKS.get(record.key.kind)
    if field is None:
        return {}
    link = record.value().get(field)
    return {"linked": link.lower() if isinstance(link, str) else None}


def _record(document: Document) -> Record:
    audience = document["audience"]
    return Record(
        key=ObjectKey(ObjectKind(document["kind"]), PartyId.parse(document["owner"]), document["id"]),
        last_updated=document["last_updated"],
        body=document["body"],
        audience=None if audience == "*" else PartyId.parse(audience),
        deleted=document["deleted"],
        original=_original(document.get("original")),
    )


def _name(audience: PartyId | None) -> str:
    return "*" if audience is None else str(audience)


def _between(date_from: datetime | None, date_to: datetime | None) -> Document:
    bounds = {operator: at for operator, at in (("$gte", date_from), ("$lt", date_to)) if at is not None}
    return {"last_updated": bounds} if bounds else {}
