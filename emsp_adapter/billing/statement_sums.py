"""What the lines of a statement come to, by currency, with every digit. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Any, Final

from emsp_adapter.billing.amounts import Amount
from emsp_adapter.billing.statement import Kind, Line, Movement
from schemas.numbers import EXACT

Document = dict[str, Any]
_NOTHING: Final = Decimal(0)


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
