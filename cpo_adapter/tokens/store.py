"""How far the tokens of each issuer have been fetched, known to all processes and after a restart."""

from datetime import datetime
from typing import Final

from cpo_adapter.tokens.rhythm import NOTHING, Extent, Fetched
from ocpi.process.mongo import Document, Mongo
from schemas.kinds import PartyId

COLLECTION: Final = "token_fetches"
_LOOK: Final = "last"


class FetchStore:
    def __init__(self, mongo: Mongo) -> None:
        self._fetches = mongo.collection(COLLECTION)
        self._looks = mongo.collection("token_looks")

    async def of(self, issuer: PartyId) -> Fetched:
        found = await self._fetches.find_one({"_id": str(issuer)})
        return NOTHING if found is None else _fetched(found)

    async def looked(self, now: datetime) -> datetime | None:
        """Somebody looks now; when somebody did before."""
        before = await self._looks.find_one({"_id": _LOOK})
        await self._looks.update_one({"_id": _LOOK}, {"$set": {"at": now}}, upsert=True)
        return None if before is None else before["at"]

    async def all_were_away(self) -> None:
        await self._fetches.update_many({}, {"$set": {"was_away": True}})

    async def was_away(self, issuer: PartyId) -> None:
        await self._put(issuer, {"was_away": True})

    async def succeeded(self, issuer: PartyId, extent: Extent, began_at: datetime, told: Document) -> None:
        """`told` is shown to the operator."""
        done = {"until": began_at, "was_away": False, "failed_at": None, "error": None, "last": told}
        await self._put(issuer, done | ({"all_at": began_at} if extent is Extent.ALL else {}))

    async def failed(self, issuer: PartyId, at: datetime, error: str) -> None:
        await self._put(issuer, {"failed_at": at, "error": error})

    async def all(self) -> list[Document]:
        return [each async for each in self._fetches.find({}).sort("_id")]

    async def _put(self, issuer: PartyId, told: Document) -> None:
        await self._fetches.update_one({"_id": str(issuer)}, {"$set": told}, upsert=True)


def _fetched(document: Document) -> Fetched:
    return Fetched(
        all_at=document.get("all_at"),
        until=document.get("until"),
        failed_at=document.get("failed_at"),
        was_away=document.get("was_away", False),
    )
