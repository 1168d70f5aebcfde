"""Sites that were put over the admin port, beside those of the file: `authored_sites`, one document each.

They are known to all processes and after a restart. A site of the file is changed in the file.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from cpo_adapter.stations.model import Site
from ocpi.process.mongo import DESCENDING, Mongo

COLLECTION: Final = "authored_sites"
_SITE: Final = TypeAdapter(Site)


class AuthoredSites:
    def __init__(self, mongo: Mongo) -> None:
        self._sites = mongo.collection(COLLECTION)

    async def all(self) -> list[Site]:
        """In the order of their ids; what was removed is not among them."""
        found = self._sites.find({"site": {"$ne": None}}).sort("_id")
        return [_SITE.validate_json(each["site"]) async for each in found]

    async def put(self, sites: Iterable[Site], at: datetime) -> None:
        for site in sites:
            await self._write(site.id, _SITE.dump_json(site), at)

    async def remove(self, site_id: str, at: datetime) -> None:
        """Kept as a mark, by which other processes see that something changed."""
        await self._write(site_id, None, at)

    async def changed_at(self) -> datetime | None:
        """When anything of them changed last."""
        newest = await self._sites.find_one({}, {"at": 1}, sort=[("at", DESCENDING)])
        return None if newest is None else newest["at"]

    async def _write(self, site_id: str, body: bytes | None, at: datetime) -> None:
        told = {"$set": {"site": body, "at": at}}
        await self._sites.update_one({"_id": site_id.casefold()}, told, upsert=True)
