"""Which objects a list is about, and by which index they are found in the order of their creation.

Whatever is asked, the index yields the rows in that order, so that no page sorts, and a page deep in the list
costs what the first one costs. A window of time is the hard part, since an object keeps its place when it
changes: a short one is gathered from the days that it spans, a longer one from its weeks, so that little is
read that lies outside of it. One of many weeks is a good part of all there is, and passes over the rest.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ocpi.objects.record import Record
from ocpi.process.mongo import ASCENDING, Document, Index
from ocpi.wire.pagination import PageQuery
from schemas.kinds import ObjectKind, PartyId

COLLECTION: Final = "objects"
AHEAD: Final = 4_000_000
"""The day, and the week, of what claims to have changed in the future: in no window of the past."""
_SKEW: Final = timedelta(days=2)  # clocks of several processes and zones differ by less
_DAYS_OF_A_WEEK: Final = 7
_MOST_PERIODS: Final = 12  # each is a place in the index to begin at, for every page
_MOST_OWNERS: Final = 100


def _index(*names: str) -> Index:
    return Index(collection=COLLECTION, keys=[(name, ASCENDING) for name in names])


BY_CREATION: Final = _index("kind", "deleted", "seq")
BY_AUDIENCE: Final = _index("kind", "audience", "deleted", "seq", "owner")
BY_OWNER: Final = _index("kind", "owner", "deleted", "seq", "audience")
BY_DAY: Final = _index("kind", "audience", "deleted", "day", "seq", "last_updated", "owner")
BY_WEEK: Final = _index("kind", "audience", "deleted", "week", "seq", "owner")
BY_NAME: Final = _index("kind", "folded_id")
BY_LINK: Final = replace(_index("kind", "owner", "linked"), partial={"linked": {"$type": "string"}})
BY_CREDIT: Final = replace(_index("kind", "owner", "credits"), partial={"credits": {"$type": "string"}})
UNDELIVERED: Final = replace(_index("undelivered"), partial={"undelivered": True})
_SEEN: Final[Document] = {"seen_by": {"$exists": True}}
BY_READER: Final = replace(_index("kind", "seen_by", "deleted", "seq"), partial=_SEEN)
BY_READER_DAY: Final = replace(
    _index("kind", "seen_by", "deleted", "day", "seq", "last_updated"), partial=_SEEN
)
BY_READER_WEEK: Final = replace(_index("kind", "seen_by", "deleted", "week", "seq"), partial=_SEEN)
INDEXES: Final = (
    *(BY_CREATION, BY_AUDIENCE, BY_OWNER, BY_DAY, BY_WEEK, BY_NAME, BY_LINK, BY_CREDIT, UNDELIVERED),
    *(BY_READER, BY_READER_DAY, BY_READER_WEEK),
)
_TWO_ENDS: Final = frozenset({ObjectKind.SESSION, ObjectKind.CDR})
_WITHHELD: Final = "/withheld"  # behind a party that may know of a bill, and not read it


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects a page is about. `owners` and `audiences` of None mean any.

    `reader` is who owns the station or the card of a charge: sessions and bills have two such parties.
    `with_withheld`: also bills of which the reader may know that they are held, and no more.
    """

    kind: ObjectKind
    owners: Sequence[PartyId] | None = None
    audiences: Sequence[PartyId | None] | None = None
    reader: PartyId | None = None
    with_withheld: bool = False

    def includes(self, record: Record) -> bool:
        """Whether the object is one of these, as far as `filter` tells."""
        is_owner = self.owners is None or record.key.owner in self.owners
        is_seen = self.audiences is None or record.audience in self.audiences
        is_read = self.reader is None or not _names(self).isdisjoint(seen_by(record).get("seen_by", ()))
        return record.key.kind is self.kind and is_owner and is_seen and is_read and not record.deleted

    def filter(self) -> Document:
        wanted: Document = {"kind": self.kind, "deleted": False}
        if self.owners is not None:
            wanted["owner"] = {"$in": [str(owner) for owner in self.owners]}
        if self.audiences is not None:
            wanted["audience"] = {"$in": [audience_name(audience) for audience in self.audiences]}
        if self.reader is not None:
            wanted["seen_by"] = {"$in": sorted(_names(self))}
        return wanted

    def named(self) -> Hashable:
        """Equal for equal selections."""
        owners = None if self.owners is None else tuple(self.owners)
        audiences = None if self.audiences is None else tuple(self.audiences)
        return self.kind, owners, audiences, self.reader, self.with_withheld

    def scope(self, query: PageQuery) -> str:
        """What a cursor belongs to. Not the owners: they come and go while somebody leafs."""
        audiences = "any" if self.audiences is None else [audience_name(each) for each in self.audiences]
        reader = "" if self.reader is None else f" {self.reader}"
        return f"{self.kind} {audiences} {query.date_from} {query.date_to}{reader}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is looked for, and the index that has it in order."""

    wanted: Document
    index: Index


def audience_name(audience: PartyId | None) -> str:
    return "*" if audience is None else str(audience)


def seen_by(record: Record) -> Document:
    """Both ends of a charge, each once."""
    if record.key.kind not in _TWO_ENDS:
        return {}
    told = [] if record.audience is None else [f"{record.audience}{_WITHHELD * record.is_withheld}"]
    return {"seen_by": sorted({str(record.key.owner), *told})}


def periods_of(last_updated: datetime, now: datetime) -> Document:
    """Where a change is found by its time."""
    if last_updated >= now + timedelta(days=1):
        return {"day": AHEAD, "week": AHEAD}
    day = last_updated.toordinal()
    return {"day": day, "week": day // _DAYS_OF_A_WEEK}


def plan(selection: Selection, query: PageQuery, now: datetime) -> Plan:
    wanted = _wanted(selection, query)
    if not _has_days(selection) or query.date_from is None:
        return Plan(wanted, _in_order(selection))
    first, last = query.date_from.toordinal(), _last_day(query.date_to, now)
    by_day, by_week = _by_time(selection)
    for field, days, index in (("day", 1, by_day), ("week", _DAYS_OF_A_WEEK, by_week)):
        periods = range(first // days, last // days + 1)
        if len(periods) <= _MOST_PERIODS:
            return Plan({**wanted, field: {"$in": [*periods, AHEAD]}}, index)
    return Plan(wanted, _in_order(selection))


def counting(selection: Selection, query: PageQuery, now: datetime) -> Plan:
    """Order does not matter to a count: a long window is a stretch of days in the index, and nothing else."""
    if query.date_from is None or not _has_days(selection):
        return plan(selection, query, now)
    since = {"day": {"$gte": query.date_from.toordinal()}}
    return Plan({**_wanted(selection, query), **since}, _by_time(selection)[0])


def _names(selection: Selection) -> set[str]:
    reader = str(selection.reader)
    return {reader, reader + _WITHHELD} if selection.with_withheld else {reader}


def _has_days(selection: Selection) -> bool:
    return selection.audiences is not None or selection.reader is not None


def _by_time(selection: Selection) -> tuple[Index, Index]:
    return (BY_DAY, BY_WEEK) if selection.reader is None else (BY_READER_DAY, BY_READER_WEEK)


def _in_order(selection: Selection) -> Index:
    """What is meant for one party is rare among what there is; what is for all is told apart by its owner."""
    if selection.reader is not None:
        return BY_READER
    owners, audiences = selection.owners, selection.audiences
    if owners is not None and len(owners) <= _MOST_OWNERS and (audiences is None or None in audiences):
        return BY_OWNER
    return BY_CREATION if audiences is None else BY_AUDIENCE


def _wanted(selection: Selection, query: PageQuery) -> Document:
    window = (("$gte", query.date_from), ("$lt", query.date_to))
    bounds = {operator: at for operator, at in window if at is not None}
    return {**selection.filter(), **({"last_updated": bounds} if bounds else {})}


def _last_day(date_to: datetime | None, now: datetime) -> int:
    """Of the window, and not of the future: that has a place of its own."""
    latest = now + _SKEW
    return (latest if date_to is None else min(date_to, latest)).toordinal()
