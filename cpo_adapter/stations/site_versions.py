"""When each site last changed in its author's hands, and that partners hear of it.

Compared by a digest of what was authored, so that a restart on the same file is no change. A version is
written down after it was announced: a crash in between announces it once more.
"""

import asyncio
import hashlib
from datetime import datetime
from itertools import islice
from typing import Final, Protocol

from pydantic import TypeAdapter

from cpo_adapter.stations.model import Inventory, Site
from cpo_adapter.stations.sight_store import SightStore
from ocpi.process.clock import Clock

_SITE = TypeAdapter(Site)
_AT_ONCE: Final = 100


class LocationAnnouncer(Protocol):
    async def location_changed(self, location_id: str) -> None:
        """Mark the Location for every partner that may see it."""


class SiteVersions:
    def __init__(self, *, store: SightStore, announcer: LocationAnnouncer, clock: Clock) -> None:
        self._store = store
        self._announcer = announcer
        self._clock = clock
        self._since: dict[str, datetime] = {}

    async def start(self, inventory: Inventory) -> None:
        sites = iter(inventory.sites)
        while some := list(islice(sites, _AT_ONCE)):
            await asyncio.gather(*map(self._compare, some))

    def since(self, site_id: str) -> datetime:
        """Raises KeyError for a site that was not there at the start."""
        return self._since[site_id]

    async def _compare(self, site: Site) -> None:
        digest = hashlib.sha256(_SITE.dump_json(site)).hexdigest()
        known = await self._store.version(site.id)
        if known is not None and known[0] == digest:
            self._since[site.id] = known[1]
            return
        now = self._since[site.id] = self._clock.now()
        await self._announcer.location_changed(site.id)
        await self._store.put_version(site.id, digest, now)
