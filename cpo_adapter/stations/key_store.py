"""What the adapter keeps of how a station identifies itself, in its document of `stations`.

Keys rest as digests alone. `key_digest` is the key in force; `next_key_digests` are keys that it was told and
perhaps took over, each of which is in force once it is used. An authored key is taken over when it is another
than the authored one before: a key that was changed over the wire since then outlives a restart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cpo_adapter.ocpp.basic_auth import MOST_KEYS
from cpo_adapter.ocpp.credentials import Profile
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo, ReturnDocument, UpdateOne

INDEXES: Final = (Index(collection="stations", keys=[("keys_changed_at", ASCENDING)]),)
_FIELDS: Final = (
    "key_digest",
    "next_key_digests",
    "is_one_time",
    "is_added",
    "security_profile",
    "raised_to",
    "keys_changed_at",
)
_WRITES_MEET: Final = timedelta(seconds=10)
"""A write may be seen after another that was stamped later; not so much later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """`profile` is the least since the station reached it; `raised_to` what it was told to reach.

    `is_one_time`: somebody saw its key, so it is changed once the station is there. `is_added`: by a command,
    not (yet) by the inventory. `changed_at` is by the database's own clock.
    """

    digest: bytes | None = None
    next_digests: tuple[bytes, ...] = ()
    is_one_time: bool = False
    is_added: bool = False
    profile: Profile | None = None
    raised_to: Profile | None = None
    changed_at: datetime | None = None


NOTHING_KEPT: Final = Kept()


class KeyStore:
    def __init__(self, mongo: Mongo) -> None:
        self._stations = mongo.collection("stations")

    async def all(self) -> dict[str, Kept]:
        found = self._stations.find({}, dict.fromkeys(_FIELDS, 1))
        return {document["_id"]: _kept(document) async for document in found}

    async def changed_since(self, instant: datetime | None) -> dict[str, Kept]:
        """By whichever process; some of just before as well."""
        newer = {"$gte": instant - _WRITES_MEET} if instant else {"$exists": True}
        found = self._stations.find({"keys_changed_at": newer}, dict.fromkeys(_FIELDS, 1))
        return {document["_id"]: _kept(document) async for document in found}

    async def take_over(self, digests: Mapping[str, bytes]) -> None:
        """The authored keys of these stations; the others keep theirs."""
        writes = [
            UpdateOne({"_id": station}, [{"$set": _authored(digest)}], upsert=True)
            for station, digest in digests.items()
        ]
        if writes:
            await self._stations.bulk_write(writes, ordered=False)

    async def put(self, station: str, **told: Any) -> Kept:
        """Set these fields, None to take one away; as it is then."""
        change: Document = {}
        if kept := {name: value for name, value in told.items() if value is not None}:
            change["$set"] = kept
        if gone := {name: "" for name, value in told.items() if value is None}:
            change["$unset"] = gone
        return await self._changed(station, change)

    async def add_next(self, station: str, digest: bytes) -> Kept:
        """Before the station is told: it may take the key over and die before it says so."""
        pushed = {"$each": [digest], "$slice": 1 - MOST_KEYS}
        return await self._changed(station, {"$push": {"next_key_digests": pushed}})

    async def put_in_force(self, station: str, digest: bytes, later: Sequence[bytes] = ()) -> Kept:
        """It is the one key from now on, beside those that were offered later."""
        return await self.put(
            station, key_digest=digest, next_key_digests=list(later) or None, is_one_time=None
        )

    async def _changed(self, station: str, change: Document) -> Kept:
        document = await self._stations.find_one_and_update(
            {"_id": station},
            {**change, "$currentDate": {"keys_changed_at": True}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return _kept(document)


def _authored(digest: bytes) -> Document:
    is_known = {"$eq": ["$authored_key_digest", digest]}

    def unless_known(field: str, value: Any) -> Document:
        return {"$cond": [is_known, f"${field}", value]}

    return {
        "key_digest": unless_known("key_digest", digest),
        "next_key_digests": unless_known("next_key_digests", []),
        "is_one_time": unless_known("is_one_time", {"$literal": False}),
        "authored_key_digest": digest,
        "keys_changed_at": unless_known("keys_changed_at", "$$NOW"),
    }


def _kept(document: Document) -> Kept:
    return Kept(
        digest=document.get("key_digest"),
        next_digests=tuple(document.get("next_key_digests", ())),
        is_one_time=document.get("is_one_time", False),
        is_added=document.get("is_added", False),
        profile=_profile(document.get("security_profile")),
        raised_to=_profile(document.get("raised_to")),
        changed_at=document.get("keys_changed_at"),
    )


def _profile(number: int | None) -> Profile | None:
    return None if number is None else Profile(number)
