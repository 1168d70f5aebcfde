"""The messages that were written down, found again: the latest, and those that are about something."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo

COLLECTION: Final = "messages"
INDEXES = (
    Index(collection=COLLECTION, keys=(("keys", ASCENDING),)),
    Index(collection=COLLECTION, keys=(("partner", ASCENDING), ("_id", DESCENDING))),
    Index(collection=COLLECTION, keys=(("expires_at", ASCENDING),), expire_after_s=0),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`before` is the id of a message: those that ended earlier."""

    partner: str | None = None
    module: str | None = None
    status: int | None = None
    failed_only: bool = False
    before: str | None = None

    def filter(self) -> Document:
        named: Mapping[str, object] = {"partner": self.partner, "module": self.module, "status": self.status}
        wanted: Document = {name: value for name, value in named.items() if value is not None}
        if self.failed_only:
            wanted["failed"] = True
        if self.before is not None:
            wanted["_id"] = {"$lt": self.before}
        return wanted


class Journal:
    def __init__(self, mongo: Mongo) -> None:
        self._messages = mongo.collection(COLLECTION)

    async def latest(self, wanted: Wanted, limit: int) -> list[Document]:
        """The newest first, by when they ended."""
        found = self._messages.find(wanted.filter()).sort("_id", DESCENDING).limit(limit)
        return [each async for each in found]

    async def about(self, keys: Collection[str], limit: int) -> list[Document]:
        """Messages that have one of these keys, in no order."""
        found = self._messages.find({"keys": {"$in": list(keys)}}).limit(limit)
        return [each async for each in found]

    async def named(self, kind: str, written_id: str, limit: int) -> set[str]:
        """The keys that bear this id, whoever's they are."""
        ids = re.compile(rf"^{kind}/{re.escape(written_id.lower())}/[A-Z]{{2}}\*[A-Z0-9]{{3}}$")
        found = self._messages.find({"keys": {"$regex": ids.pattern}}, {"keys": True}).limit(limit)
        return {key async for each in found for key in each["keys"] if ids.match(key)}

    async def first(self, module: str, key: str, after: datetime, before: datetime) -> Document | None:
        """The first message about something in that time."""
        wanted = {"keys": key, "module": module, "at": {"$gte": after, "$lt": before}}
        return await self._messages.find_one(wanted, sort=[("order", ASCENDING)])
