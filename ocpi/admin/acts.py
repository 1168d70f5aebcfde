"""What operators did, and when: kept for a year, for whoever asks who that was.

An act is entered before it is done, so that none is missing; what became of it is added. Bodies are not kept:
they may hold secrets.
"""

import uuid
from datetime import timedelta
from typing import Final

from aiohttp import web

from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo

COLLECTION: Final = "operator_acts"
KEPT_FOR: Final = timedelta(days=400)
INDEXES = (
    Index(collection=COLLECTION, keys=(("at", DESCENDING),)),
    Index(collection=COLLECTION, keys=(("expires_at", ASCENDING),), expire_after_s=0),
)
_SHOWN: Final = {"_id": False, "expires_at": False}


class Acts:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._acts = mongo.collection(COLLECTION)
        self._clock = clock

    async def begun(self, operator: str, request: web.Request) -> str:
        """The name under which it is `ended`."""
        name, now = uuid.uuid4().hex, self._clock.now()
        act: Document = {"operator": operator, "method": request.method, "path": request.path}
        await self._acts.insert_one(
            {"_id": name, "at": now, **act, "status": None, "expires_at": now + KEPT_FOR}
        )
        return name

    async def ended(self, name: str, status: int) -> None:
        await self._acts.update_one({"_id": name}, {"$set": {"status": status}})

    async def listed(self, limit: int) -> list[Document]:
        """The newest first."""
        found = self._acts.find({}, _SHOWN).sort("at", DESCENDING).limit(limit)
        return [act async for act in found]
