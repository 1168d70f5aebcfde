"""How far a bill has got, and how it came there: told by what is known of it, and kept nowhere.

Each fact is one write of whoever makes it true (the bill itself with its hold, its verdict, a receipt, a
parked mark, the credit that takes it back), so no crash can leave a state that says otherwise than they do.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

from ocpi.delivery.fates import Fate
from ocpi.objects.holds import Hold, HoldState
from ocpi.objects.pages import Numbered
from ocpi.process.mongo import Document


class State(StrEnum):
    """REFUSED by its receiver, or by the operator in its stead. QUARANTINED bills were never taken in."""

    RECEIVED = "received"
    CHECKED = "checked"
    HELD = "held"
    DELIVERED = "delivered"
    REFUSED = "refused"
    CREDITED = "credited"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Line:
    """A bill and the facts beside it."""

    row: Numbered
    verdict: Document | None = None
    fate: Fate = field(default_factory=Fate)
    credit: Numbered | None = None

    @property
    def hold(self) -> Hold | None:
        return self.row.record.hold

    @property
    def state(self) -> State:
        if self.hold is not None and self.hold.withholds:
            return State.HELD if self.hold.state is HoldState.HELD else State.REFUSED
        if self.credit is not None:
            return State.CREDITED
        if self.fate.is_delivered:
            return State.DELIVERED
        if self.fate.is_refused:
            return State.REFUSED
        return State.RECEIVED if self.verdict is None else State.CHECKED

    @property
    def reason(self) -> str | None:
        """Why it is held, or goes no further."""
        if self.hold is not None and self.hold.withholds:
            return self.hold.reason or ", ".join(self.hold.codes)
        mark = self.fate.mark or {}
        return mark["parked"] if mark.get("parked_at") is not None else None


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    state: str
    about: str | None = None


def history(line: Line) -> list[Step]:
    """From its arrival on, as it happened."""
    return sorted(_steps(line), key=attrgetter("at"))


def _steps(line: Line) -> Iterator[Step]:
    if line.row.received_at is not None:
        yield Step(line.row.received_at, State.RECEIVED)
    if line.verdict is not None:
        codes = [each["code"] for each in line.verdict["findings"]]
        yield Step(line.verdict["at"], State.CHECKED, ", ".join(codes) or None)
    if line.hold is not None:
        yield from _of_hold(line.hold)
    yield from _of_fate(line.fate)
    if line.credit is not None and line.credit.received_at is not None:
        yield Step(line.credit.received_at, State.CREDITED, f"by {line.credit.record.key.id}")


def _of_hold(hold: Hold) -> Iterator[Step]:
    yield Step(hold.at, State.HELD, ", ".join(hold.codes))
    if hold.decided_at is not None:
        yield Step(hold.decided_at, hold.state, f"by {hold.by}" + (f": {hold.reason}" if hold.reason else ""))


def _of_fate(fate: Fate) -> Iterator[Step]:
    if fate.receipt is not None and fate.is_delivered:
        yield Step(fate.receipt["at"], State.DELIVERED, fate.receipt.get("location"))
    if fate.mark is not None and fate.mark.get("parked_at") is not None:
        yield Step(
            fate.mark["parked_at"], State.REFUSED if fate.is_refused else "parked", fate.mark["parked"]
        )
