"""Issued certificates in MongoDB, a document for each, until a year after its end.

The limit of a day is an index: two processes that issue at once cannot pass it together. `changed_at` is by
the database's own clock, for other processes to see what is new.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cpo_adapter.signing.model import Issued, Void
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, DuplicateKey, Index, Mongo, ReturnDocument

COLLECTION: Final = "station_certificates"
MOST_A_DAY: Final = 5
_KEPT_S: Final = int(timedelta(days=365).total_seconds())
_WRITES_MEET: Final = timedelta(seconds=10)
"""A write may be seen after another that was stamped later; not so much later."""
INDEXES: Final = (
    Index(
        collection=COLLECTION,
        keys=(("station", ASCENDING), ("day", ASCENDING), ("turn", ASCENDING)),
        unique=True,
    ),
    Index(collection=COLLECTION, keys=(("station", ASCENDING), ("asked_at", DESCENDING))),
    Index(collection=COLLECTION, keys=(("key", ASCENDING),)),
    Index(collection=COLLECTION, keys=(("changed_at", ASCENDING),)),
    Index(collection=COLLECTION, keys=(("not_after", ASCENDING),), expire_after_s=_KEPT_S),
)
_NOW: Final[Mapping[str, Any]] = {"$currentDate": {"changed_at": True}}
_FIELDS: Final = tuple(Issued.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Made:
    """What is kept beside a new one: what was asked, for which key (digests), and the chain in PEM."""

    issued: Issued
    request_digest: str
    key_digest: str
    chain: str


class CertificateStore:
    def __init__(self, mongo: Mongo) -> None:
        self._issued = mongo.collection(COLLECTION)

    async def has_room(self, station: str, now: datetime) -> bool:
        """Whether it may have another one today."""
        return await self._issued.count_documents({"station": station, "day": _day(now)}) < MOST_A_DAY

    async def keep(self, made: Made) -> bool:
        """False: others were faster, and it is one too many."""
        document = _document(made.issued) | {
            "day": _day(made.issued.asked_at),
            "asked": made.request_digest,
            "key": made.key_digest,
            "chain": made.chain,
        }
        serial_number = document.pop("_id")
        for turn in range(1, MOST_A_DAY + 1):
            change = {"$set": document | {"turn": turn}, **_NOW}
            try:
                await self._issued.update_one({"_id": serial_number}, change, upsert=True)
            except DuplicateKey:
                continue
            return True
        return False

    async def is_taken(self, key_digest: str, station: str) -> bool:
        """Whether another station has that key, or a certificate for it was revoked."""
        others = [{"station": {"$ne": station}}, {"void": Void.REVOKED.value}]
        return await self._issued.find_one({"key": key_digest, "$or": others}, {"_id": 1}) is not None

    async def asked_again(
        self, station: str, request_digest: str, at: datetime, *, use: str | None, request: int | None
    ) -> Issued | None:
        """What was made for the same request and waits for its station: the newest again, under these."""
        named: Document = {"station": station, "asked": request_digest}
        named |= {"outcome": None, "used_at": None, "void": None}
        named["not_after"] = {"$gt": at}
        change = {"$set": {"use": use, "request": request, "asked_at": at}, **_NOW}
        found = await self._issued.find_one_and_update(
            named, change, sort=[("asked_at", DESCENDING)], return_document=ReturnDocument.AFTER
        )
        return _of(found) if found else None

    async def chain(self, serial_number: str) -> str:
        found = await self._issued.find_one({"_id": serial_number}, {"chain": 1})
        return str(found["chain"]) if found else ""

    async def newest(self, station: str) -> Issued | None:
        found = await self._issued.find_one({"station": station}, sort=[("asked_at", DESCENDING)])
        return _of(found) if found else None

    async def told(self, serial_number: str, outcome: str) -> None:
        """The first answer of its station counts."""
        named = {"_id": serial_number, "outcome": None}
        await self._issued.update_one(named, {"$set": {"outcome": outcome[:50]}, **_NOW})

    async def used(self, issued: Issued, at: datetime) -> None:
        """Older ones are void before it counts as used: whoever dies in between does it again."""
        older = {
            "_id": {"$ne": issued.serial_number},
            "station": issued.station,
            "asked_at": {"$lt": issued.asked_at},
            "void": None,
        }
        await self._issued.update_many(older, {"$set": {"void": Void.REPLACED.value}, **_NOW})
        named = {"_id": issued.serial_number, "used_at": None}
        await self._issued.update_one(named, {"$set": {"used_at": at}, **_NOW})

    async def revoke(self, station: str, serial_number: str | None, reason: str) -> list[Issued]:
        """One or all of a station; those that it had before are revoked as well. As they are then."""
        named: Document = {"station": station}
        if serial_number is not None:
            named["_id"] = serial_number
        told = {"void": Void.REVOKED.value, "reason": reason}
        await self._issued.update_many({**named, "void": {"$ne": told["void"]}}, {"$set": told, **_NOW})
        return [_of(each) async for each in self._issued.find(named).sort("asked_at", DESCENDING)]

    async def listed(self, station: str | None, before: datetime | None, limit: int) -> list[Issued]:
        """Of a station; those that are good and end before an instant; the next to end first."""
        wanted: Document = {} if station is None else {"station": station}
        if before is not None:
            wanted |= {"void": None, "not_after": {"$lt": before}}
        return [
            _of(each) async for each in self._issued.find(wanted).sort("not_after", ASCENDING).limit(limit)
        ]

    async def changed_since(self, instant: datetime | None) -> list[tuple[Issued, datetime]]:
        """By whichever process, and when; some of just before as well."""
        newer = {"$gte": instant - _WRITES_MEET} if instant else {"$exists": True}
        found = self._issued.find({"changed_at": newer}, {"chain": 0})
        return [(_of(each), each["changed_at"]) async for each in found]


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _document(issued: Issued) -> Document:
    document: Document = {name: getattr(issued, name) for name in _FIELDS}
    return document | {"_id": document.pop("serial_number"), "void": issued.void and issued.void.value}


def _of(document: Document) -> Issued:
    told = {name: document[name] for name in _FIELDS if name in document}
    void = told.pop("void")
    return Issued(serial_number=document["_id"], void=None if void is None else Void(void), **told)
