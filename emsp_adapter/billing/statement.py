"""What a statement says: the movements of each session since the last one, and their sums. Pure.

A session is worth what its one live bill says. A statement holds what that was when it was stated last
against what it is now: a bill that is new, one that came late, one that was taken back since. So all
statements of a CPO together are worth what its live bills are, whatever arrived when.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Any, Final

from emsp_adapter.billing.amounts import Amount
from emsp_adapter.billing.dispute import DISPUTED
from emsp_adapter.billing.row import Row
from schemas.numbers import EXACT

Document = dict[str, Any]
_NOTHING: Final = Decimal(0)


class Kind(StrEnum):
    """BILLED: of this month. LATE: of an earlier one. TAKEN_BACK: stated before, and not owed any more."""

    BILLED = "BILLED"
    LATE = "LATE"
    TAKEN_BACK = "TAKEN_BACK"


@dataclass(frozen=True, slots=True)
class Movement:
    """`amount` and `energy_kwh` are negative for what is taken back; None where the bill tells none."""

    kind: Kind
    cdr: str
    end: datetime
    currency: str
    amount: Amount | None
    energy_kwh: Decimal | None
    is_disputed: bool = False
    difference: Amount | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit CDR as it came."""

    cdr: str
    currency: str
    amount: Amount | None
    energy_kwh: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """One session. `bills` are CDRs that no statement covered before, `credits` those of them that are."""

    chain: str
    movements: tuple[Movement, ...]
    bills: tuple[str, ...]
    credits: tuple[Credit, ...] = ()


def line_of(
    chain: str, was: Document | None, now: Document, rows: Mapping[str, Row], since: datetime
) -> Line:
    """`was` and `now` are what a chain said when it was stated last, and says; `rows` of it by CDR id."""
    before, after = (was or {}).get("live"), now["live"]
    known = set((was or {}).get("bills", ()))
    new = tuple(each for each in now["bills"] if each not in known)
    return Line(
        chain,
        tuple(_movements(before, after, rows, since)),
        new,
        tuple(_credit(rows[each]) for each in new if each in rows and rows[each].link.is_credit),
    )


def _credit(row: Row) -> Credit:
    return Credit(str(row.key.id), row.currency, row.theirs, row.energy_kwh)


def _movements(
    before: Document | None, after: Document | None, rows: Mapping[str, Row], since: datetime
) -> Iterator[Movement]:
    if before == after:
        return
    if before is not None:
        yield _moved(Kind.TAKEN_BACK, before, rows.get(before["cdr"]), -1)
    if after is not None:
        kind = Kind.BILLED if after["end"] >= since else Kind.LATE
        yield _moved(kind, after, rows.get(after["cdr"]), 1)


def _moved(kind: Kind, live: Document, row: Row | None, sign: int) -> Movement:
    return Movement(
        kind,
        live["cdr"],
        live["end"],
        live["currency"],
        None if live["theirs_net"] is None else _amount(live, sign),
        _signed(live["energy_kwh"], sign),
        is_disputed=row is not None and row.dispute_state in DISPUTED,
        difference=row.difference if row is not None and sign > 0 else None,
    )


def _amount(live: Document, sign: int) -> Amount:
    net: Decimal = live["theirs_net"]
    return Amount(net if sign > 0 else net.copy_negate(), _signed(live["theirs_gross"], sign))


def _signed(number: Decimal | None, sign: int) -> Decimal | None:
    """With all its digits, which a product or a minus would round."""
    return number if number is None or sign > 0 else number.copy_negate()


@dataclass(slots=True)
class Sum:
    """`without_tax` counts bills that do not tell their taxes, and are in `incl_tax` without any."""

    count: int = 0
    energy_kwh: Decimal = _NOTHING
    excl_tax: Decimal = _NOTHING
    incl_tax: Decimal = _NOTHING
    without_tax: int = 0
    without_amount: int = 0

    def add(self, amount: Amount | None, energy_kwh: Decimal | None = None) -> None:
        with localcontext(EXACT):
            self.count += 1
            self.energy_kwh += energy_kwh or _NOTHING
            if amount is None:
                self.without_amount += 1
                return
            self.excl_tax += amount.net
            self.incl_tax += amount.owed
            self.without_tax += amount.gross is None

    def shown(self) -> Document:
        return {
            "count": self.count,
            "energy_kwh": self.energy_kwh,
            "excl_tax": self.excl_tax,
            "incl_tax": self.incl_tax,
            "without_tax": self.without_tax,
            "without_amount": self.without_amount,
        }


@dataclass(slots=True)
class OfCurrency:
    """`total` is what this statement comes to; `disputed` and `difference` are of the bills in it.

    `difference` is what was asked for beyond our own price; `credits` are the credit CDRs as they came.
    """

    total: Sum = field(default_factory=Sum)
    billed: Sum = field(default_factory=Sum)
    late: Sum = field(default_factory=Sum)
    taken_back: Sum = field(default_factory=Sum)
    credits: Sum = field(default_factory=Sum)
    disputed: Sum = field(default_factory=Sum)
    difference: Sum = field(default_factory=Sum)

    def add(self, moved: Movement) -> None:
        of_kind = {Kind.BILLED: self.billed, Kind.LATE: self.late, Kind.TAKEN_BACK: self.taken_back}
        self.total.add(moved.amount, moved.energy_kwh)
        of_kind[moved.kind].add(moved.amount, moved.energy_kwh)
        if moved.is_disputed:
            self.disputed.add(moved.amount, moved.energy_kwh)
        if moved.difference is not None and moved.difference.owed:
            self.difference.add(moved.difference)

    def shown(self) -> Document:
        names = ("total", "billed", "late", "taken_back", "credits", "disputed", "difference")
        return {name: getattr(self, name).shown() for name in names}


class Sums:
    """By currency; amounts of two currencies are never added."""

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self._of: dict[str, OfCurrency] = {}
        self._bills = 0
        for line in lines:
            self.add(line)

    def add(self, line: Line) -> None:
        self._bills += len(line.bills)
        for moved in line.movements:
            self._of.setdefault(moved.currency, OfCurrency()).add(moved)
        for credit in line.credits:
            of_currency = self._of.setdefault(credit.currency, OfCurrency())
            of_currency.credits.add(credit.amount, credit.energy_kwh)

    def shown(self) -> Document:
        """`bills` are the CDRs that are covered, those that are worth nothing among them."""
        by_currency = {name: self._of[name].shown() for name in sorted(self._of)}
        return {"bills": self._bills, "currencies": by_currency}
