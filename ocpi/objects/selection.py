"""Which objects a list is about, and by which index they are found in the order of their creation.

Whatever is asked, the index yields the rows in that order, so that no page sorts, and a page deep in the list
costs what the first one costs. A window of time is the hard part, since an object keeps its place when it
changes: up to a month is gathered day by day, so that nothing is read but those days; a longer one passes
over what lies outside of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ocpi.objects.record import Record
from ocpi.process.mongo import ASCENDING, Document, Index
from ocpi.wire.pagination import PageQuery
from schemas.kinds import ObjectKind, PartyId

COLLECTION: Final = "objects"
AHEAD: Final = 4_000_000
"""The day of what claims to have changed in the future: it would be found in no window of the past."""
_SKEW: Final = timedelta(days=2)  # clocks of several processes and zones differ by less
_MOST_DAYS: Final = 31
_MOST_SCANS: Final = 200  # that the database merges without sorting
_MOST_OWNERS: Final = 100

Keys = list[tuple[str, int]]


def _keys(*names: str) -> Keys:
    return [(name, ASCENDING) for name in names]


BY_CREATION: Final = _keys("kind", "deleted", "seq")
BY_AUDIENCE: Final = _keys("kind", "audience", "deleted", "seq", "owner")
BY_OWNER: Final = _keys("kind", "owner", "deleted", "seq", "audience")
BY_DAY: Final = _keys("kind", "audience", "deleted", "day", "seq", "last_updated", "owner")
BY_NAME: Final = _keys("kind", "folded_id")
BY_LINK: Final = Index(
    collection=COLLECTION, keys=_keys("kind", "owner", "linked"), partial={"linked": {"$type": "string"}}
)
INDEXES: Final = (
    *(Index(collection=COLLECTION, keys=keys) for keys in (BY_CREATION, BY_AUDIENCE, BY_OWNER, BY_DAY)),
    Index(collection=COLLECTION, keys=BY_NAME),
    BY_LINK,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects a page is about. `owners` and `audiences` of None mean any."""

    kind: ObjectKind
    owners: Sequence[PartyId] | None = None
    audiences: Sequence[PartyId | None] | None = None

    def includes(self, record: Record) -> bool:
        """Whether the object is one of these, as far as `filter` tells."""
        is_owner = self.owners is None or record.key.owner in self.owners
        is_seen = self.audiences is None or record.audience in self.audiences
        return record.key.kind is self.kind and is_owner and is_seen and not record.deleted

    def filter(self) -> Document:
        wanted: Document = {"kind": self.kind, "deleted": False}
        if self.owners is not None:
            wanted["owner"] = {"$in": [str(owner) for owner in self.owners]}
        if self.audiences is not None:
            wanted["audience"] = {"$in": [audience_name(audience) for audience in self.audiences]}
        return wanted

    def scope(self, query: PageQuery) -> str:
        """What a cursor belongs to. Not the owners: they come and go while somebody leafs."""
        audiences = "any" if self.audiences is None else [audience_name(each) for each in self.audiences]
        return f"{self.kind} {audiences} {query.date_from} {query.date_to}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is looked for, and the index that has it in order."""

    wanted: Document
    index: Keys


def audience_name(audience: PartyId | None) -> str:
    return "*" if audience is None else str(audience)


def day_of(last_updated: datetime, now: datetime) -> int:
    return last_updated.toordinal() if last_updated < now + timedelta(days=1) else AHEAD


def plan(selection: Selection, query: PageQuery, now: datetime) -> Plan:
    wanted = {**selection.filter(), **_between(query.date_from, query.date_to)}
    days = _days(query.date_from, query.date_to, now)
    if selection.audiences is not None and len(days) * len(selection.audiences) in range(1, _MOST_SCANS + 1):
        return Plan({**wanted, "day": {"$in": days}}, BY_DAY)
    return Plan(wanted, _index(selection))


def counting(selection: Selection, query: PageQuery, now: datetime) -> Plan:
    """Order does not matter to a count: a long window is a stretch of days in the index, and nothing else."""
    planned = plan(selection, query, now)
    if query.date_from is None or selection.audiences is None or planned.index is BY_DAY:
        return planned
    return Plan({**planned.wanted, "day": {"$gte": query.date_from.toordinal()}}, BY_DAY)


def _index(selection: Selection) -> Keys:
    """What is meant for one party is rare among what there is; what is for all is told apart by its owner."""
    owners, audiences = selection.owners, selection.audiences
    if owners is not None and len(owners) <= _MOST_OWNERS and (audiences is None or None in audiences):
        return BY_OWNER
    return BY_CREATION if audiences is None else BY_AUDIENCE


def _between(date_from: datetime | None, date_to: datetime | None) -> Document:
    bounds = {operator: at for operator, at in (("$gte", date_from), ("$lt", date_to)) if at is not None}
    return {"last_updated": bounds} if bounds else {}


def _days(date_from: datetime | None, date_to: datetime | None, now: datetime) -> list[int]:
    """The days in which the window's objects changed; none when it is too long to be gathered by days."""
    if date_from is None:
        return []
    latest = now + _SKEW
    last = latest if date_to is None else min(date_to, latest)
    days = range(date_from.toordinal(), last.toordinal() + 1)
    return [*days, AHEAD] if len(days) <= _MOST_DAYS else []
