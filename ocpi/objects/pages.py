"""Lists of objects, page by page, in the order of their creation.

A page begins where a cursor says, and reads no more than it shows. What is created while somebody leafs comes
at the end. While more follows, nothing is shown that something smaller could still turn up behind: a page is
cut there, and the next one goes on. At the end of the list everything is shown. Whoever keeps the number of
what was read last, to go on the next day, is shown settled rows alone.
Spec: 2.3.0 transport_and_format, Pagination (oldest first).
"""

from collections.abc import AsyncIterator
from collections.abc import Sequence as Rows
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from ocpi.errors import PlatformFailed
from ocpi.objects import documents
from ocpi.objects.record import Record
from ocpi.objects.selection import Plan, Selection, counting, plan
from ocpi.objects.sequence import Sequence
from ocpi.objects.totals import Totals
from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, DESCENDING, Collection, Document
from ocpi.wire.cursor import Cursor
from ocpi.wire.pagination import PageQuery

LOOKS: Final = 40
PAUSE_S: Final = 0.25
_BODIES: Final = {"_id": False, "seq": True, "body": True}


@dataclass(frozen=True, slots=True)
class Page:
    """Canonical bodies. `total` is that of the whole list, `following` the cursor of the next page."""

    bodies: list[bytes]
    total: int
    following: str | None


@dataclass(frozen=True, slots=True)
class PageOfRecords:
    """The same, for who needs more than canonical bodies."""

    records: list[Record]
    total: int
    following: str | None


@dataclass(frozen=True, slots=True)
class Numbered:
    """A record, its number in the order of creation, and when it came."""

    seq: int
    received_at: datetime | None
    record: Record


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a list by number; whether more follows it now."""

    rows: list[Numbered]
    goes_on: bool


@dataclass(frozen=True, slots=True)
class _Found:
    rows: Rows[Document]
    total: int
    following: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """`after` is the number of the last object that was shown before."""

    plan: Plan
    after: int
    skipped: int
    limit: int
    fields: Document | None


class Pages:
    def __init__(self, objects: Collection, sequence: Sequence, clock: Clock) -> None:
        self._objects = objects
        self._sequence = sequence
        self._clock = clock
        self._totals = Totals(clock)
        self._horizon = 0  # as it was when last looked at; it only rises

    async def bodies(self, selection: Selection, query: PageQuery) -> Page:
        found = await self._found(selection, query, _BODIES)
        return Page([row["body"] for row in found.rows], found.total, found.following)

    async def records(self, selection: Selection, query: PageQuery) -> PageOfRecords:
        found = await self._found(selection, query, None)
        return PageOfRecords([documents.record(row) for row in found.rows], found.total, found.following)

    async def each(self, selection: Selection) -> AsyncIterator[Record]:
        planned = plan(selection, PageQuery(), self._clock.now())
        async for row in self._objects.find(planned.wanted).sort("seq", ASCENDING).hint(planned.index.name):
            yield documents.record(row)

    async def has_any(self, selection: Selection) -> bool:
        """Costs no more than finding one."""
        planned = plan(selection, PageQuery(), self._clock.now())
        return await self._objects.find_one(planned.wanted, {"_id": 1}, hint=planned.index.name) is not None

    async def settled(self, selection: Selection, after: int, limit: int) -> Stretch:
        """What has a number above `after`, smallest first, as far as nothing smaller can turn up any more.

        The horizon is looked at before the rows, never after.
        """
        horizon = await self._sequence.horizon()
        return await self._stretch(selection, {"$gt": after, "$lt": horizon}, ASCENDING, limit)

    async def newest(self, selection: Selection, before: int | None, limit: int) -> Stretch:
        """What has a number below `before`, largest first."""
        return await self._stretch(selection, {} if before is None else {"$lt": before}, DESCENDING, limit)

    async def _stretch(self, selection: Selection, bounds: Document, order: int, limit: int) -> Stretch:
        planned = plan(selection, PageQuery(), self._clock.now())
        found = self._objects.find(
            {**planned.wanted, **({"seq": bounds} if bounds else {})},
            sort=[("seq", order)],
            hint=planned.index.name,
            limit=limit + 1,
        )
        rows = await found.to_list(None)
        return Stretch([numbered(row) for row in rows[:limit]], len(rows) > limit)

    async def _found(self, selection: Selection, query: PageQuery, fields: Document | None) -> _Found:
        scope = selection.scope(query)
        begun = None if query.cursor is None else Cursor.read(query.cursor, scope)
        asked = _Asked(
            plan=plan(selection, query, self._clock.now()),
            after=begun.position if begun else 0,
            skipped=0 if begun else query.offset,
            limit=query.limit,
            fields=fields,
        )
        rows, goes_on = await self._rows(asked)
        total = begun.total if begun else await self._total(selection, query, len(rows), goes_on=goes_on)
        following = Cursor(rows[-1]["seq"], total).write(scope) if goes_on else None
        return _Found(rows, total, following)

    async def _rows(self, asked: _Asked) -> tuple[Rows[Document], bool]:
        """What to show, and whether more follows. Raises PlatformFailed while somebody holds up the list."""
        rows = await self._read(asked)
        if len(rows) > asked.limit and rows[asked.limit - 1]["seq"] >= self._horizon:
            return await self._settled_rows(asked)
        return rows[: asked.limit], len(rows) > asked.limit

    async def _settled_rows(self, asked: _Asked) -> tuple[Rows[Document], bool]:
        """Near the end of the list; the horizon is looked at before the rows, never after."""
        for _ in range(LOOKS):
            self._horizon = max(self._horizon, await self._sequence.horizon())
            rows = await self._read(asked)
            if len(rows) <= asked.limit:
                return rows, False
            if settled := [row for row in rows[: asked.limit] if row["seq"] < self._horizon]:
                return settled, True
            await self._clock.sleep(PAUSE_S)
        raise PlatformFailed("objects are being written that belong before the next ones: try again")

    async def _total(self, selection: Selection, query: PageQuery, shown: int, *, goes_on: bool) -> int:
        """A list that ends with this page is counted by looking at it."""
        if not goes_on and (shown or not query.offset):
            return query.offset + shown
        counted = await self._totals.of(
            (selection.named(), query.date_from, query.date_to), partial(self._count, selection, query)
        )
        return max(counted, query.offset + shown + 1) if goes_on else counted

    async def _count(self, selection: Selection, query: PageQuery) -> int:
        planned = counting(selection, query, self._clock.now())
        return int(await self._objects.count_documents(planned.wanted, hint=planned.index.name))

    async def _read(self, asked: _Asked) -> list[Document]:
        """One row more than is shown tells that more follows."""
        found = self._objects.find(
            {**asked.plan.wanted, "seq": {"$gt": asked.after}},
            asked.fields,
            sort=[("seq", ASCENDING)],
            hint=asked.plan.index.name,
            skip=asked.skipped,
            limit=asked.limit + 1,
            batch_size=asked.limit + 1,
        )
        rows: list[Document] = await found.to_list(None)
        return rows


def numbered(row: Document) -> Numbered:
    return Numbered(row["seq"], row.get("received_at"), documents.record(row))
