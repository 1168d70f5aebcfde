"""Goes through sessions and bills in the order in which they came, once each, and notes what has to follow.

Nothing is missed that comes while this is not running, and what came by push is treated as what was fetched.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time
from typing import Final

from emsp_adapter.gaps.model import Charge, GapKind, Patience, is_old
from emsp_adapter.gaps.store import GapStore
from ocpi.objects.pages import Numbered
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore, Selection
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.pulling.lists import Lists
from ocpi.versions.known import OLDEST
from schemas.kinds import ObjectKind, PartyId

_AT_ONCE: Final = 500


class Reading:
    """`lists` are those of the CPOs that we deal with."""

    def __init__(
        self,
        *,
        store: ObjectStore,
        gaps: GapStore,
        lists: Lists,
        directory: Directory,
        patience: Patience,
        clock: Clock,
    ) -> None:
        self._store = store
        self._gaps = gaps
        self._lists = lists
        self._directory = directory
        self._patience = patience
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def go_on(self) -> None:
        """Bills first: a session whose bill is here already lacks nothing."""
        async with self._one_at_a_time:
            await self._through(ObjectKind.CDR, self._bill)
            await self._through(ObjectKind.SESSION, self._session)

    async def _through(self, kind: ObjectKind, read: Callable[[Numbered], Awaitable[None]]) -> None:
        goes_on = True
        while goes_on:
            after = await self._gaps.cursor(kind)
            stretch = await self._store.settled(Selection(kind), after, _AT_ONCE)
            for each in stretch.rows:
                await read(each)
            if stretch.rows:
                await self._gaps.looked_at(kind, stretch.rows[-1].seq)
            goes_on = stretch.goes_on and bool(stretch.rows)

    async def _bill(self, came: Numbered) -> None:
        """A bill that takes another back is the end of no charge."""
        if came.record.value().get("credit"):
            return
        charge = Charge.of_bill(came.record)
        received_at = came.received_at or self._clock.now()
        if is_old(came.record.value(), received_at, self._dealt_since(charge.cpo), self._patience):
            await self._gaps.old(charge, received_at, came.record.last_updated)
        had_waited = await self._gaps.came(GapKind.SESSION_WITHOUT_CDR, charge, self._clock.now())
        if not had_waited and await self._lacks_session(came.record, charge):
            look_at = received_at + self._patience.session_within
            await self._gaps.expect(GapKind.CDR_WITHOUT_SESSION, charge, look_at)

    async def _session(self, came: Numbered) -> None:
        charge = Charge.of_session(came.record)
        had_waited = await self._gaps.came(GapKind.CDR_WITHOUT_SESSION, charge, self._clock.now())
        if had_waited or self._is_forgotten(charge) or await self._store.bills_of(charge.cpo, charge.id):
            return
        received_at = came.received_at or self._clock.now()
        look_at = received_at + self._patience.bill_within
        await self._gaps.expect(GapKind.SESSION_WITHOUT_CDR, charge, look_at)

    async def _lacks_session(self, bill: Record, charge: Charge) -> bool:
        """Whether one has to come: a bill of later versions that names none has none."""
        if self._is_forgotten(charge) or "sessions" not in self._lists.modules_of(charge.cpo):
            return False
        if charge.session_id is None:
            return bill.original is not None and bill.original.version == OLDEST
        found = await self._store.named(ObjectKind.SESSION, charge.session_id)
        return all(each.key.owner != charge.cpo for each in found)

    def _is_forgotten(self, charge: Charge) -> bool:
        return charge.started_at < self._clock.now() - self._patience.forgotten_after

    def _dealt_since(self, cpo: PartyId) -> datetime:
        agreement = self._directory.agreement(cpo, self._lists.party)
        days = [each.first_day for each in agreement.periods] if agreement else []
        return datetime.combine(min(days), time(), UTC) if days else datetime.min.replace(tzinfo=UTC)
