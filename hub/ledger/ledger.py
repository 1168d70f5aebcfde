"""Bills as the operator and their parties read them: with their verdicts, and how far they have got."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.ledger.state import Line, State
from ocpi.delivery.fates import Fate, Fates
from ocpi.delivery.marks import mark_id
from ocpi.objects.pages import Numbered
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore, Selection
from ocpi.objects.verdicts import Verdicts
from schemas.kinds import ObjectKey, ObjectKind, PartyId

_BATCH: Final = 200
MOST_LOOKED_AT: Final = 5_000
"""For one answer: whoever asks for something rare goes on where it says."""
_NOTHING: Final = Fate()


@dataclass(frozen=True, slots=True)
class Wanted:
    """`before` is a number in the ledger."""

    state: State | None = None
    party: PartyId | None = None
    since: datetime | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Found:
    """`before`: where to go on; None when there is nothing more."""

    lines: list[Line]
    before: int | None


class Ledger:
    def __init__(self, *, store: ObjectStore, verdicts: Verdicts, fates: Fates) -> None:
        self._store = store
        self._verdicts = verdicts
        self._fates = fates

    async def lines(self, rows: Sequence[Numbered]) -> list[Line]:
        """Bills of one page with all that is known of them."""
        bills = [row.record for row in rows]
        verdicts = await self._verdicts.of([bill.database_id for bill in bills])
        fates = await self._fates.of([_mark(bill) for bill in bills])
        credited = await self._store.credits_of([bill.key for bill in bills])
        return [
            Line(
                row,
                verdicts.get(row.record.database_id),
                fates.get(_mark(row.record), _NOTHING),
                credited.get(row.record.key),
            )
            for row in rows
        ]

    async def newest(self, wanted: Wanted) -> Found:
        """The newest first; states are not stored, so the bills are looked through for them."""
        found: list[Line] = []
        before, looked_at = wanted.before, 0
        is_wanted = _wanted(wanted)
        selection = Selection(ObjectKind.CDR, reader=wanted.party, with_withheld=True)
        while looked_at < MOST_LOOKED_AT:
            stretch = await self._store.newest(selection, before, _BATCH)
            for line in await self.lines(stretch.rows):
                before = line.row.seq
                if is_wanted(line):
                    found.append(line)
                if len(found) == wanted.limit:
                    return Found(found, before)
            if not stretch.goes_on:
                return Found(found, None)
            looked_at += len(stretch.rows)
        return Found(found, before)

    async def line(self, bill: ObjectKey) -> Line | None:
        row = await self._store.numbered(bill)
        return None if row is None else (await self.lines([row]))[0]


def _mark(bill: Record) -> str:
    return "" if bill.audience is None else mark_id(bill.audience, bill.database_id)


def _wanted(wanted: Wanted) -> Callable[[Line], bool]:
    def is_wanted(line: Line) -> bool:
        came = line.row.received_at
        is_late = wanted.since is None or (came is not None and came >= wanted.since)
        return is_late and wanted.state in (None, line.state)

    return is_wanted
