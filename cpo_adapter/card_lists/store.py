"""What is known of the cards on stations, across restarts and processes.

`card_lists`: of each station the list that it took last, or why it keeps none, and when its cache was
cleared. `card_list_contents`: lists by their digest, since most stations have the same one; one that is not
there any more is sent whole.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson

from cpo_adapter.card_lists.planning import Cards
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo

LISTS: Final = "card_lists"
CONTENTS: Final = "card_list_contents"
_KEPT: Final = timedelta(days=90)
_BLOCKED: Final = "blocked"
INDEXES = (Index(collection=CONTENTS, keys=(("at", ASCENDING),), expire_after_s=int(_KEPT.total_seconds())),)


@dataclass(frozen=True, slots=True)
class Kept:
    version: int
    cards: Cards


class CardListStore:
    def __init__(self, mongo: Mongo) -> None:
        self._lists = mongo.collection(LISTS)
        self._contents = mongo.collection(CONTENTS)
        self._marks = mongo.collection("card_marks")

    async def kept(self, station: str) -> Kept | None:
        """The list that the station took last; None where that is not known."""
        document = await self._lists.find_one({"_id": station})
        if document is None or document.get("digest") is None:
            return None
        content = await self._contents.find_one({"_id": document["digest"]})
        return None if content is None else Kept(document["version"], content["cards"])

    async def took(self, station: str, version: int, cards: Cards, at: datetime) -> None:
        digest = hashlib.sha256(orjson.dumps(dict(cards), option=orjson.OPT_SORT_KEYS)).hexdigest()
        content = {"$set": {"cards": dict(cards), "at": at}}
        await self._contents.update_one({"_id": digest}, content, upsert=True)
        told = {"version": version, "digest": digest, "count": len(cards), "at": at, "off": None}
        await self._put(station, told)

    async def is_off(self, station: str, reason: str, at: datetime) -> None:
        """The station keeps no list, or not the one that it was sent."""
        await self._put(station, {"off": reason, "digest": None, "at": at})

    async def blocked(self, at: datetime) -> None:
        """A card that stations may have let in is not to be let in any more."""
        await self._marks.update_one({"_id": _BLOCKED}, {"$max": {"at": at}}, upsert=True)

    async def blocked_at(self) -> datetime | None:
        document = await self._marks.find_one({"_id": _BLOCKED})
        return None if document is None else document["at"]

    async def uncleared(self, stations: Iterable[str], blocked_at: datetime) -> list[str]:
        """Those of these stations whose caches are older than that."""
        asked = list(stations)
        cleared = {"_id": {"$in": asked}, "cleared_at": {"$gte": blocked_at}}
        done = {document["_id"] async for document in self._lists.find(cleared, {"_id": 1})}
        return [station for station in asked if station not in done]

    async def cleared(self, station: str, at: datetime) -> None:
        """All that was blocked until then."""
        await self._lists.update_one({"_id": station}, {"$max": {"cleared_at": at}}, upsert=True)

    async def all(self) -> list[Document]:
        return [document async for document in self._lists.find({}).sort("_id")]

    async def _put(self, station: str, told: Document) -> None:
        await self._lists.update_one({"_id": station}, {"$set": told}, upsert=True)
