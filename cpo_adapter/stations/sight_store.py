"""What partners were shown: `evse_sights` has the status of each EVSE, `site_versions` the age of sites."""

from dataclasses import dataclass
from datetime import datetime

from ocpi.process.mongo import Mongo
from schemas.v2_3_0.enums import Status


@dataclass(frozen=True, slots=True)
class SeenStatus:
    """`announced`: whether partners have been marked for it."""

    status: Status
    since: datetime
    announced: bool


class SightStore:
    def __init__(self, mongo: Mongo) -> None:
        self._evses = mongo.collection("evse_sights")
        self._sites = mongo.collection("site_versions")

    async def statuses(self) -> dict[str, SeenStatus]:
        """By EVSE uid."""
        return {
            document["_id"]: SeenStatus(Status(document["status"]), document["since"], document["announced"])
            async for document in self._evses.find({})
        }

    async def put_status(self, uid: str, seen: SeenStatus) -> None:
        told = {"status": seen.status.value, "since": seen.since, "announced": seen.announced}
        await self._evses.update_one({"_id": uid}, {"$set": told}, upsert=True)

    async def version(self, site_id: str) -> tuple[str, datetime] | None:
        """Digest and instant of the site as it was last written."""
        document = await self._sites.find_one({"_id": site_id})
        return (document["digest"], document["since"]) if document else None

    async def put_version(self, site_id: str, digest: str, since: datetime) -> None:
        told = {"digest": digest, "since": since}
        await self._sites.update_one({"_id": site_id}, {"$set": told}, upsert=True)
