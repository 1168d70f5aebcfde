"""The first mark under each address, without looking at the others: an outbox may hold millions.

The database jumps from address to address in the index that is in the order of time, for each kind of object
on its own: over several of them at once it would read every key.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from ocpi.delivery.marks import COLLECTION, HEAD_START
from ocpi.delivery.platforms import Address
from ocpi.process.mongo import Collection, Document
from schemas.kinds import ObjectKind, PartyId

_KINDS: Final = tuple(kind for kind in ObjectKind if kind is not ObjectKind.CLIENT_INFO)
EVER: Final[Document] = {"$lte": datetime.max.replace(tzinfo=UTC)}
"""Whether something is there at all would be looked up in each mark."""
_ANYBODY: Final[Document] = {"$gt": ""}
"""Named although it excludes nobody: without it the index would be read whole."""
_party = lru_cache(maxsize=4096)(PartyId.parse)


async def addresses(marks: Collection, time: Document) -> list[Address]:
    """Under which there are marks of that `time`."""
    firsts = _firsts(marks, time, {})
    return [Address(ObjectKind(each["kind"]), _party(each["_id"])) async for each in firsts]


async def oldest(marks: Collection, time: Document) -> datetime | None:
    """When the first of all should have been tried."""
    first = {"at": {"$first": "$next_try"}, "urgent": {"$first": "$urgent"}}
    times = [
        each["at"] + HEAD_START if each["urgent"] else each["at"]
        async for each in _firsts(marks, time, first)
    ]
    return min(times, default=None)


def _firsts(marks: Collection, time: Document, told: Document) -> AsyncIterator[Document]:
    first, *others = (_of(kind, time, told) for kind in _KINDS)
    joined = [{"$unionWith": {"coll": COLLECTION, "pipeline": each}} for each in others]
    found: AsyncIterator[Document] = marks.aggregate([*first, *joined])
    return found


def _of(kind: ObjectKind, time: Document, told: Document) -> list[Document]:
    return [
        {"$match": {"kind": kind, "to": _ANYBODY, "next_try": time}},
        {"$sort": {"kind": 1, "to": 1, "next_try": 1}},
        {"$group": {"_id": "$to", **told}},
        {"$set": {"kind": {"$literal": kind}}},
    ]
