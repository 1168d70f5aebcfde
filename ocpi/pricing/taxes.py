"""Both sides of a price: before and after taxes, exactly, or unknown.

Costs are gathered by sub-total and tax rate, so that one division serves each. A price that contains its
tax is divided by one plus the rate; the common denominator holds every such divisor. Unknown is None and
spreads; it is never zero.
Spec: 2.3.0 mod_tariffs, Tariff.tax_included; types, Price; 2.2.1 mod_tariffs, PriceComponent.vat.
"""

from collections.abc import Iterable
from math import lcm
from typing import Final, NamedTuple

from ocpi.pricing.offers import Account, SubTotal
from ocpi.pricing.units import COST_UNITS, WHOLE_RATE

Share = tuple[Account, int]
"""Costs of one account, in cost units."""

Side = list[int | None]
"""Amounts by SubTotal on one side of the tax; None is unknown."""

_UNIT: Final = COST_UNITS * WHOLE_RATE
_PARTS: Final = len(SubTotal)


class Amount(NamedTuple):
    """Money before (net) and after (gross) taxes; None is unknown. The unit is said by the holder."""

    net: int | None
    gross: int | None


def money_unit(accounts: Iterable[Account]) -> int:
    """The common denominator of all amounts of one breakdown."""
    inside = [WHOLE_RATE + each.rate for each in accounts if each.net is None and each.rate is not None]
    return _UNIT * lcm(*inside) if inside else _UNIT


def both_sides(shares: Iterable[Share], unit: int) -> tuple[Side, Side]:
    """Net and gross amounts by SubTotal, in 1/unit of the currency."""
    nets: Side = [0] * _PARTS
    grosses: Side = [0] * _PARTS
    for account, cost in shares:
        at = account.sub_total
        net, gross = sides(account, cost, unit)
        nets[at] = net if nets[at] == 0 else _sum(nets[at], net)
        grosses[at] = gross if grosses[at] == 0 else _sum(grosses[at], gross)
    return nets, grosses


def sides(account: Account, cost: int, unit: int) -> tuple[int | None, int | None]:
    """A cost before and after its tax, in 1/unit of the currency."""
    part = cost if unit == _UNIT else cost * (unit // _UNIT)
    gross = None if account.gross is None else part * account.gross
    if account.net is not None:
        return part * account.net, gross
    return _without_tax(part, account.rate), gross


def _without_tax(cost: int, rate: int | None) -> int | None:
    """What remains of a price that contains its tax; the unit is a multiple of what it is divided by."""
    if rate is None:
        return None if cost else 0
    return cost * WHOLE_RATE // (WHOLE_RATE + rate) * WHOLE_RATE


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def total(side: Side) -> int | None:
    """The sum of a side, unknown if any part is."""
    return None if None in side else sum(filter(None, side))
