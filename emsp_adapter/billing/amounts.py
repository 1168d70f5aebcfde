"""The figures of a bill: what it says, what we come to, and the difference, as exact decimals. Pure.

Eighteen decimals are kept, which no currency needs: further digits are noise of the sender's arithmetic and
are rounded half to even, which is a finding. What is too large to be meant is no amount, and in no sum.
Spec: 2.3.0 types, Price, number; mod_cdrs, CDR object (total_cost, total_energy).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, Final

from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.checks.prices import TOTAL, our_sides
from ocpi.pricing.findings import Finding, Severity
from ocpi.pricing.units import PRICE_PLACES
from schemas.numbers import EXACT

PLACES: Final = 18
_GRAIN: Final = Decimal(1).scaleb(-PLACES)
_TOO_LARGE: Final = Decimal(10) ** 12
TOO_FINE: Final = "amount_too_fine"
UNUSABLE: Final = "amount_unusable"


@dataclass(frozen=True, slots=True)
class Amount:
    """Before taxes, and after them where that is told."""

    net: Decimal
    gross: Decimal | None = None

    @property
    def owed(self) -> Decimal:
        """After taxes if that is known."""
        return self.net if self.gross is None else self.gross

    def minus(self, other: "Amount") -> "Amount":
        with localcontext(EXACT):
            gross = None if self.gross is None or other.gross is None else self.gross - other.gross
            return Amount(self.net - other.net, gross)


@dataclass(frozen=True, slots=True)
class Figures:
    """`theirs` is None where it cannot be used; `findings` say what was wrong with the numbers themselves."""

    theirs: Amount | None
    energy_kwh: Decimal | None
    findings: tuple[Finding, ...] = ()


def figures_of(value: dict[str, Any]) -> Figures:
    """`value` is a CDR of 2.3.0, as decoded."""
    total, findings = value["total_cost"], list[Finding]()
    net = _usable(total.get("before_taxes"), "/total_cost/before_taxes", findings)
    taxes = total.get("taxes")
    parts = [_usable(each.get("amount"), "/total_cost/taxes", findings) for each in taxes or ()]
    energy = _usable(value.get("total_energy"), "/total_energy", findings)
    theirs = (
        None if net is None or None in parts else Amount(net, _gross(net, parts, is_told=taxes is not None))
    )
    return Figures(theirs, energy, tuple(findings))


def ours_of(found: Breakdown | None, *, is_credit: bool) -> Amount | None:
    """What we come to; None where nothing priced it, or only a price with taxes inside is known."""
    if found is None or found.session_tariff is None:
        return None
    net, gross = our_sides(found, TOTAL, -1 if is_credit else 1)
    return None if net is None else Amount(_money(net), None if gross is None else _money(gross))


def summed(numbers: Iterable[Decimal]) -> Decimal:
    """Without rounding."""
    with localcontext(EXACT):
        return sum(numbers, Decimal(0))


def _money(units: int) -> Decimal:
    with localcontext(EXACT):
        return Decimal(units).scaleb(-PRICE_PLACES).normalize() + 0


def _gross(net: Decimal, parts: list[Decimal | None], *, is_told: bool) -> Decimal | None:
    return summed((net, *(each for each in parts if each is not None))) if is_told else None


def _usable(told: Any, pointer: str, findings: list[Finding]) -> Decimal | None:
    """Also a number that was sent as a text."""
    number = Decimal(str(told)) if told is not None else None
    if number is None or not number.is_finite() or abs(number) >= _TOO_LARGE:
        findings.append(
            Finding(UNUSABLE, Severity.ERROR, pointer, actual=None if told is None else str(told))
        )
        return None
    with localcontext(EXACT):
        rounded = number.quantize(_GRAIN, ROUND_HALF_EVEN)
    if rounded == number:
        return number
    findings.append(Finding(TOO_FINE, Severity.INFO, pointer, actual=str(told)))
    return rounded
