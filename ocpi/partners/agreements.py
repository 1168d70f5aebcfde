"""Agreements: between a CPO and an eMSP nothing flows before one begins.

An agreement has a first and, perhaps, a last day, both inclusive, in UTC. Its terms narrow what may flow;
without any everything does. What was agreed before is kept with it, since a charge is told to its end under
the terms that it began with, and since what was shown then must be taken back.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from schemas.kinds import PartyId

SETTLES_AFTER: Final = timedelta(seconds=5)
"""Until then another process may not know of a change, and tell what may be told no more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What two parties agreed beside the days. None is every one of them.

    `modules` are functional modules; `tariffs` are ids of the CPO's, and `location_groups` names of groups of
    its locations, that are for this eMSP. `holds` are codes of findings: a bill of which an audit says one of
    them stays at the hub. `is_asked`: the eMSP may be asked for cards of which nobody knows whose they are.
    """

    modules: frozenset[str] | None = None
    tariffs: frozenset[str] | None = None
    location_groups: frozenset[str] | None = None
    holds: frozenset[str] = frozenset()
    is_asked: bool = False

    def plain(self) -> dict[str, Any]:
        """As JSON and the database name them."""
        return {
            "modules": _listed(self.modules),
            "tariffs": _listed(self.tariffs),
            "location_groups": _listed(self.location_groups),
            "holds": sorted(self.holds),
            "is_asked": self.is_asked,
        }


def _listed(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


USUAL: Final = Terms()


@dataclass(frozen=True, slots=True)
class Period:
    """Days, and what was agreed for them, `until` something else was.

    `is_taken_back`: neither side has anything because of it that it may not see now.
    """

    first_day: date
    last_day: date | None = None
    terms: Terms = USUAL
    until: datetime | None = None
    is_taken_back: bool = False

    def holds_at(self, instant: datetime) -> bool:
        today = instant.date()
        is_day = self.first_day <= today and (self.last_day is None or today <= self.last_day)
        return is_day and (self.until is None or instant < self.until)

    @property
    def ended_at(self) -> datetime:
        """When it was over; a time that never comes if it is not known that it ever is."""
        never = datetime.max.replace(tzinfo=UTC)
        last = never if self.last_day is None else datetime.combine(self.last_day, time.max, UTC)
        return min(last, self.until or never)

    def has_begun_by(self, instant: datetime) -> bool:
        """Whether it held at some time before."""
        begins = datetime.combine(self.first_day, time(), UTC)
        has_days = self.last_day is None or self.first_day <= self.last_day
        return has_days and begins <= instant and (self.until is None or begins <= self.until)


@dataclass(frozen=True, slots=True)
class Agreement:
    """`revision` counts the changes. `is_announced`: each side has what the other tells everybody.

    `is_parted`: it has ended, and what was told because of it is taken back.
    """

    cpo: PartyId
    emsp: PartyId
    first_day: date
    last_day: date | None = None
    revision: int = 0
    is_announced: bool = False
    terms: Terms = USUAL
    is_parted: bool = False
    changed_at: datetime | None = None
    earlier: tuple[Period, ...] = ()

    @property
    def key(self) -> tuple[PartyId, PartyId]:
        return (self.cpo, self.emsp)

    @property
    def current(self) -> Period:
        return Period(self.first_day, self.last_day, self.terms, None, self.is_parted)

    @property
    def periods(self) -> tuple[Period, ...]:
        """All that was ever agreed, as far as it is remembered."""
        return (*self.earlier, self.current)

    def holds_at(self, instant: datetime) -> bool:
        """As `current` does; every request asks."""
        today = instant.date()
        return self.first_day <= today and (self.last_day is None or today <= self.last_day)

    def to_take_back(self, now: datetime) -> tuple[Period, ...]:
        """Periods that are over, and under which something may have been told that is there still."""
        over = [period for period in self.earlier if period.has_begun_by(now)]
        if self.current.has_begun_by(now) and not self.holds_at(now):
            over.append(self.current)
        return tuple(period for period in over if not period.is_taken_back)

    def is_settled_at(self, instant: datetime) -> bool:
        """Whether everybody knows what holds, and has known it for a while."""
        before = instant - SETTLES_AFTER
        return (self.changed_at is None or self.changed_at <= before) and (
            self.holds_at(before) == self.holds_at(instant)
        )
