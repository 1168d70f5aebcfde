"""How far each list of each party has been fetched, known to all processes and after a restart.

What is asked for while a fetch goes on is not answered by that fetch: it may have read past it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ocpi.process.mongo import ASCENDING, Document, Index, Mongo
from ocpi.pulling.rhythm import NOTHING, Extent, Fetched
from schemas.kinds import PartyId

COLLECTION: Final = "fetches"
INDEXES: Final = (Index(collection=COLLECTION, keys=(("party", ASCENDING), ("module", ASCENDING))),)
TRIED_AGAIN_AFTER: Final = timedelta(minutes=1)
"""A party that calls us may be in trouble all the same: it is not asked again with every call."""
_LOOK: Final = "last"


class FetchStore:
    def __init__(self, mongo: Mongo) -> None:
        self._fetches = mongo.collection(COLLECTION)
        self._looks = mongo.collection("fetch_looks")

    async def of(self, party: PartyId, module: str) -> Fetched:
        found = await self._fetches.find_one({"_id": _id(party, module)})
        return NOTHING if found is None else fetched(found)

    async def known(self) -> dict[tuple[PartyId, str], Fetched]:
        """Of everybody."""
        return {
            (PartyId.parse(each["party"]), each["module"]): fetched(each)
            async for each in self._fetches.find({})
        }

    async def all(self) -> list[Document]:
        """For the operator."""
        return [each async for each in self._fetches.find({}).sort([("party", 1), ("module", 1)])]

    async def looked(self, now: datetime) -> datetime | None:
        """Somebody looks now; when somebody did before."""
        before = await self.last_look()
        await self._looks.update_one({"_id": _LOOK}, {"$set": {"at": now}}, upsert=True)
        return before

    async def last_look(self) -> datetime | None:
        found = await self._looks.find_one({"_id": _LOOK})
        return None if found is None else found["at"]

    async def all_were_away(self) -> None:
        await self._fetches.update_many({}, {"$set": {"was_away": True}})

    async def were_away(self, parties: Collection[PartyId]) -> None:
        """Of what was never fetched, all is fetched anyhow."""
        await self._fetches.update_many(_of(parties), {"$set": {"was_away": True}})

    async def heard(self, parties: Collection[PartyId], now: datetime) -> None:
        """What failed is worth a try now."""
        failed = {**_of(parties), "failed_at": {"$lt": now - TRIED_AGAIN_AFTER}}
        await self._fetches.update_many(failed, {"$set": {"failed_at": None}})

    async def want(self, party: PartyId, module: str, extent: Extent) -> None:
        """All of it goes before what has changed."""
        told = {"party": str(party), "module": module, "failed_at": None}
        is_all = {"$eq": ["$wanted", Extent.ALL]}
        wanted = {"$cond": [is_all, Extent.ALL, extent]}
        wishes = {"$add": [{"$ifNull": ["$wishes", 0]}, 1]}
        change = [{"$set": {**told, "wanted": wanted, "wishes": wishes}}]
        await self._fetches.update_one({"_id": _id(party, module)}, change, upsert=True)

    async def began(self, party: PartyId, module: str, extent: Extent, at: datetime) -> None:
        await self._put(party, module, {"began_at": at, "extent": extent})

    async def succeeded(
        self,
        party: PartyId,
        module: str,
        extent: Extent,
        began_at: datetime,
        told: Mapping[str, Any],
        *,
        wishes: int,
    ) -> None:
        """`told` is shown to the operator; `wishes` had been told of when the fetch began."""
        done = {"until": began_at, "was_away": False, "began_at": None, "doubted_at": None, **told}
        all_at = {"all_at": began_at} if extent is Extent.ALL else {}
        await self._put(party, module, {**done, **all_at, "failed_at": None, "failures": 0, "error": None})
        answered = {"_id": _id(party, module), "wishes": wishes or None}
        fits = {} if extent is Extent.ALL else {"wanted": {"$ne": Extent.ALL}}
        await self._fetches.update_one({**answered, **fits}, {"$unset": {"wanted": ""}})

    async def failed(self, party: PartyId, module: str, at: datetime, error: str) -> None:
        told = {"failed_at": at, "error": error, "began_at": None}
        await self._put(party, module, told)
        await self._fetches.update_one({"_id": _id(party, module)}, {"$inc": {"failures": 1}})

    async def doubted(self, party: PartyId, module: str, at: datetime) -> None:
        await self._put(party, module, {"doubted_at": at})

    async def _put(self, party: PartyId, module: str, told: Document) -> None:
        named = {"party": str(party), "module": module}
        await self._fetches.update_one({"_id": _id(party, module)}, {"$set": {**named, **told}}, upsert=True)


def fetched(document: Document) -> Fetched:
    wanted = document.get("wanted")
    return Fetched(
        all_at=document.get("all_at"),
        until=document.get("until"),
        failed_at=document.get("failed_at"),
        failures=document.get("failures", 0),
        was_away=document.get("was_away", False),
        wanted=None if wanted is None else Extent(wanted),
        doubted_at=document.get("doubted_at"),
        wishes=document.get("wishes", 0),
    )


def _id(party: PartyId, module: str) -> str:
    return f"{party}|{module}"


def _of(parties: Collection[PartyId]) -> Document:
    return {"party": {"$in": sorted(str(each) for each in parties)}}
