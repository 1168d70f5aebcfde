"""One list of one CPO: read page by page in its version, directly or through the hub before it.

Nothing is held but the pages at hand, and however slow a CPO sends them, nobody waits for it: places are for
pages that have arrived. What fails in between is begun anew with the same window.
Spec: 2.3.0 transport_and_format, Pagination and GET (process the correct objects); mod_locations,
mod_tariffs, mod_sessions, mod_cdrs, GET method of the Sender Interface.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from emsp_adapter.sync.source import Source
from emsp_adapter.sync.taking import Taking
from emsp_adapter.sync.tally import Tally
from emsp_adapter.sync.unlisted import KINDS, Doubtful, Unlisted
from emsp_adapter.sync.windows import window
from ocpi.client.crawl import Window
from ocpi.client.lines import Lines
from ocpi.client.pages import pages
from ocpi.objects.kinds import BY_MODULE
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.pulling.fetching import Told
from ocpi.pulling.rhythm import Extent, Fetched
from ocpi.pulling.store import FetchStore
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import CPO, Side
from schemas.kinds import ObjectKind, PartyId

log = logger(__name__)

WITHIN: Final = timedelta(hours=6)
AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class _Read:
    tally: Tally
    began_at: datetime


class Pull:
    def __init__(
        self,
        *,
        party: PartyId,
        directory: Directory,
        lines: Lines,
        taking: Taking,
        unlisted: Unlisted,
        store: FetchStore,
        clock: Clock,
    ) -> None:
        self._party = party
        self._directory = directory
        self._lines = lines
        self._taking = taking
        self._unlisted = unlisted
        self._store = store
        self._clock = clock
        self._places = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, cpo: PartyId, module: str, extent: Extent, fetched: Fetched) -> Told:
        """Raises OcpiError."""
        kind = BY_MODULE[module]
        asked = window(kind, extent, fetched, self._clock.now())
        read = await self._read(cpo, kind, asked)
        counts = read.tally.counts()
        if extent is Extent.ALL and kind in KINDS:
            counts = {**counts, "absent": await self._missed(cpo, kind, read, fetched)}
        return {"last": counts, "since": asked.since, "bad": read.tally.bad_ones()}

    async def from_then_on(self, cpo: PartyId, kind: ObjectKind, since: datetime) -> None:
        """Beside the usual rhythm, which it leaves as it is. Raises OcpiError."""
        await self._read(cpo, kind, Window(since=since))

    async def _read(self, cpo: PartyId, kind: ObjectKind, asked: Window) -> _Read:
        began_at, tally = self._clock.now(), Tally()
        routing = Routing(to=cpo, sender=self._party)
        line = self._lines.to(self._directory.route_to(cpo, CPO), routing, began_at + WITHIN)
        source = Source(cpo, self._party, kind, line)
        async for page in pages(line, asked.of(line.url(kind.module, Side.SENDER))):
            async with self._places:
                tally = await self._taking.page(source, page, began_at, tally)
        log.info("list read", cpo=str(cpo), module=kind.module, **tally.counts())
        return _Read(tally, began_at)

    async def _missed(self, cpo: PartyId, kind: ObjectKind, read: _Read, fetched: Fetched) -> int:
        is_told_twice = fetched.doubted_at is not None
        try:
            return await self._unlisted.mark(
                kind, cpo, read.tally, read.began_at, is_told_twice=is_told_twice
            )
        except Doubtful:
            await self._store.doubted(cpo, kind.module, read.began_at)
            raise
