"""Members of a list are taken as if they had been pushed, except that a list may be older than a push.

A list is read while others push: the newest last_updated counts, and of two that bear the same date the one
that is held, unless that date is so old that nobody can have pushed it since the list was begun.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from emsp_adapter.sync.source import Source, member
from emsp_adapter.sync.tally import Bad, Tally
from ocpi.errors import PlatformFailed, RequestRefused
from ocpi.objects.facts import Facts
from ocpi.objects.intake import Accepted, Intake
from ocpi.objects.receiving import Arrived, nobody
from ocpi.objects.record import Outcome, Record
from ocpi.objects.store import ObjectStore
from ocpi.process.logs import logger
from schemas.kinds import ObjectKind

log = logger(__name__)

Arrivals = Mapping[ObjectKind, Arrived]
ON_ITS_WAY: Final = timedelta(hours=1)
_ATTEMPTS: Final = 8


class Taking:
    """`arrivals` hear of whatever is held as it was listed, also when that is no news."""

    def __init__(self, *, store: ObjectStore, intake: Intake, facts: Facts, arrivals: Arrivals) -> None:
        self._store = store
        self._intake = intake
        self._facts = facts
        self._arrivals = arrivals

    async def page(
        self, source: Source, members: Sequence[bytes], began_at: datetime, so_far: Tally
    ) -> Tally:
        read = [await member(body, source, self._facts) for body in members]
        records = [each for each in read if isinstance(each, Record)]
        bad = [each for each in read if isinstance(each, Bad)]
        take = self._bills(records) if source.kind is ObjectKind.CDR else self._objects(records, began_at)
        taken = await take
        refused = [each for each in taken if isinstance(each, Bad)]
        await self._tell(source.kind, [each for each in taken if isinstance(each, Accepted)])
        for each in (*bad, *refused):
            log.warning("a listed object was not taken", cpo=str(source.cpo), reason=each.reason)
        good = [each.record for each in taken if isinstance(each, Accepted)]
        new = sum(_is_new(each) for each in taken)
        return so_far.plus((each.key.id.lower() for each in good), new, [*bad, *refused])

    async def _tell(self, kind: ObjectKind, taken: Sequence[Accepted]) -> None:
        arrived = self._arrivals.get(kind, nobody)
        for each in taken:
            if each.outcome is not Outcome.STALE:
                await arrived(each)

    async def _bills(self, records: Sequence[Record]) -> list[Accepted | Bad]:
        """One after the other: a bill may take back the one before it."""
        return [await self._bill(each) for each in records]

    async def _bill(self, record: Record) -> Accepted | Bad:
        try:
            return await self._intake.bill(record)
        except RequestRefused as error:
            return Bad(str(record.key.id), error.text)

    async def _objects(self, records: Sequence[Record], began_at: datetime) -> list[Accepted]:
        held = await self._store.listed.held([each.database_id for each in records])
        same = [each for each in records if _is_same(each, held)]
        absent = [each.database_id for each in same if held[each.database_id].is_absent]
        if absent:
            await self._store.listed.again(absent)
        fresh = [each for each in records if not _is_same(each, held)]
        taken = await asyncio.gather(*(self._put(each, began_at) for each in fresh))
        return [*(Accepted(Outcome.UNCHANGED, each) for each in same), *taken]

    async def _put(self, record: Record, began_at: datetime) -> Accepted:
        """Read, compare, write; anew when somebody else wrote in between. Raises PlatformFailed."""
        for _ in range(_ATTEMPTS):
            held = await self._store.get_by_id(record.database_id)
            if held is None:
                outcome = await self._store.put(record)
                if outcome is not Outcome.STALE:
                    return Accepted(outcome, record)
            elif not goes_before(record, held, began_at):
                await self._there(held)
                return Accepted(Outcome.STALE, held)
            elif await self._store.replace(record, held):
                return Accepted(Outcome.UPDATED, record)
        raise PlatformFailed(f"{record.key} changes faster than it can be written")

    async def _there(self, held: Record) -> None:
        """It is listed, whatever we know better about it."""
        if held.absent_since is not None:
            await self._store.listed.again([held.database_id])


def goes_before(listed: Record, held: Record, began_at: datetime) -> bool:
    """Whether what a list says, which was begun then, takes the place of what is held. Pure."""
    if listed.last_updated != held.last_updated:
        return listed.last_updated > held.last_updated
    return not held.deleted and listed.last_updated < began_at - ON_ITS_WAY


def _is_same(record: Record, held: Mapping[str, object]) -> bool:
    found = held.get(record.database_id)
    return getattr(found, "digest", None) == record.digest and not getattr(found, "deleted", True)


def _is_new(taken: Accepted | Bad) -> bool:
    return isinstance(taken, Accepted) and taken.outcome in (Outcome.CREATED, Outcome.UPDATED)
