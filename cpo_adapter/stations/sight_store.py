"""What partners were shown: `evse_sights` has the status of each EVSE, `site_versions` the age of sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ocpi.process.batches import Batches
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo, UpdateOne, Write, Written, write_each
from ocpi.process.tasks import Supervisor
from schemas.v2_3_0.enums import Status

INDEXES = (Index(collection="evse_sights", keys=(("put_at", ASCENDING),)),)


@dataclass(frozen=True, slots=True)
class SeenStatus:
    """`announced`: whether partners have been marked for it."""

    status: Status
    since: datetime
    announced: bool


class SightStore:
    """Many statuses share one write."""

    def __init__(self, mongo: Mongo, supervisor: Supervisor) -> None:
        self._putting = Batches("put statuses", self._put_all, supervisor)
        self._evses = mongo.collection("evse_sights")
        self._sites = mongo.collection("site_versions")

    async def statuses(self) -> dict[str, SeenStatus]:
        """By EVSE uid."""
        return {document["_id"]: _seen(document) async for document in self._evses.find({})}

    async def put_since(self, at: datetime | None) -> list[tuple[str, SeenStatus, datetime]]:
        """What any process has put of late, or ever, and when."""
        wanted: Document = {"put_at": {"$gte": at}} if at else {"put_at": {"$exists": True}}
        return [(each["_id"], _seen(each), each["put_at"]) async for each in self._evses.find(wanted)]

    async def put_status(self, uid: str, seen: SeenStatus) -> None:
        told = {"status": seen.status.value, "since": seen.since, "announced": seen.announced}
        change = {"$set": told, "$currentDate": {"put_at": True}}
        await self._putting.add(uid, UpdateOne({"_id": uid}, change, upsert=True))

    async def version(self, site_id: str) -> tuple[str, datetime] | None:
        """Digest and instant of the site as it was last written."""
        document = await self._sites.find_one({"_id": site_id})
        return (document["digest"], document["since"]) if document else None

    async def put_version(self, site_id: str, digest: str, since: datetime) -> None:
        told = {"digest": digest, "since": since}
        await self._sites.update_one({"_id": site_id}, {"$set": told}, upsert=True)

    async def _put_all(self, updates: Sequence[Write]) -> list[Written | Exception]:
        return await write_each(self._evses, updates)


def _seen(document: Document) -> SeenStatus:
    return SeenStatus(Status(document["status"]), document["since"], document["announced"])
