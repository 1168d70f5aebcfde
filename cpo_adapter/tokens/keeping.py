"""Looks once a minute whose tokens are to be fetched; of several processes one does.

An issuer that was away is asked what has changed once it is back, and so is everybody after an outage of our
own.
"""

import asyncio
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Final

from cpo_adapter.tokens.absence import Absence
from cpo_adapter.tokens.fetch import Fetcher
from cpo_adapter.tokens.rhythm import Extent, due
from cpo_adapter.tokens.store import FetchStore
from ocpi.errors import OcpiError, UnknownObject
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.process.duty import Duty
from ocpi.process.logs import logger
from ocpi.process.tasks import Supervisor
from ocpi.wire.interfaces import CPO
from schemas.kinds import PartyId

log = logger(__name__)

LOOK_EVERY_S: Final = 60.0
AT_ONCE: Final = 2
OUTAGE: Final = timedelta(minutes=10)


class TokenKeeping:
    def __init__(
        self,
        *,
        party: PartyId,
        directory: Directory,
        absence: Absence,
        store: FetchStore,
        fetcher: Fetcher,
        duty: Duty,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._party = party
        self._directory = directory
        self._absence = absence
        self._store = store
        self._fetcher = fetcher
        self._duty = duty
        self._supervisor = supervisor
        self._clock = clock
        self._busy: set[PartyId] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        while True:
            if await self._duty.is_ours():
                await self.look()
            await self._clock.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """What is to be fetched is fetched by tasks of its own."""
        await self._after_an_outage()
        for issuer in self._directory.counterparts(self._party, CPO, "tokens"):
            extent = await self._due(issuer)
            if extent is not None:
                self._start(issuer, extent)

    def fetch_now(self, issuer: PartyId, extent: Extent) -> None:
        """Begin, whatever is due; a fetch that goes on already goes on. Raises UnknownObject."""
        if issuer not in self._directory.counterparts(self._party, CPO, "tokens"):
            raise UnknownObject(f"{self._party} and {issuer} have no agreement on tokens")
        self._start(issuer, extent)

    def _start(self, issuer: PartyId, extent: Extent) -> None:
        if issuer not in self._busy:
            self._busy.add(issuer)
            self._supervisor.start(f"fetch tokens of {issuer}", partial(self._in_turn, issuer, extent))

    async def _fetch(self, issuer: PartyId, extent: Extent) -> None:
        """Raises OcpiError."""
        began_at = self._clock.now()
        try:
            result = await self._fetcher.fetch(issuer, extent, await self._store.of(issuer))
        except OcpiError as error:
            log.warning("tokens could not be fetched", issuer=str(issuer), error=error.text)
            await self._store.failed(issuer, self._clock.now(), error.text)
            raise
        await self._store.succeeded(issuer, extent, began_at, asdict(result))

    async def _after_an_outage(self) -> None:
        """Nobody could push anything to us while no process of ours looked."""
        now = self._clock.now()
        looked_at = await self._store.looked(now)
        if looked_at is not None and now - looked_at > OUTAGE:
            await self._store.all_were_away()

    async def _in_turn(self, issuer: PartyId, extent: Extent) -> None:
        try:
            async with self._places:
                await self._fetch(issuer, extent)
        except OcpiError:
            return  # logged and written down: it is tried again
        finally:
            self._busy.discard(issuer)

    async def _due(self, issuer: PartyId) -> Extent | None:
        fetched = await self._store.of(issuer)
        is_away = await self._absence.of(issuer)
        if is_away and not fetched.was_away and fetched.until is not None:
            await self._store.was_away(issuer)
        return due(fetched, issuer, self._clock.now(), is_away=is_away)
