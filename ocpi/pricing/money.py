"""From costs by account to the money of a CDR: sub-totals, their sum, limits, and what is published of them.

OCPI says nothing about rounding; parties differ. By default nothing is rounded before it is published, and
then to four decimals; a policy may round sub-totals or lines first, and may take the tax from the rounded
net amount.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ocpi.pricing.breakdown import Line
from ocpi.pricing.currencies import decimals
from ocpi.pricing.limits import limited
from ocpi.pricing.notes import Note
from ocpi.pricing.policy import At, Mode, MoneyRounding, Policy
from ocpi.pricing.rounding import divided
from ocpi.pricing.tariff import Tariff, TaxMode
from ocpi.pricing.taxes import Amount, Share, Side, both_sides, total


class Money(NamedTuple):
    """Both sides of every field of `Costs`, in its order: exact, and published."""

    nets: Side
    grosses: Side
    published_nets: Side
    published_grosses: Side


def decimals_of(money: MoneyRounding, tariff: Tariff | None) -> int:
    """How many decimals published money has."""
    if isinstance(money.places, int):
        return money.places
    return decimals("" if tariff is None else tariff.currency)


def money_of(
    shares: Iterable[Share],
    lines: Sequence[Line],
    unit: int,
    grain: int,
    session: Tariff | None,
    policy: Policy,
    notes: list[Note],
) -> Money:
    """All amounts of a CDR; `grain` is the last published decimal, in 1/unit of the currency."""
    rounding = policy.money
    nets, grosses = both_sides(shares, unit)
    if session is not None and session.tax is TaxMode.UNKNOWN:
        grosses = [None] * len(grosses)
    if rounding.at is not At.TOTAL:
        nets, grosses = _rounded_first(nets, grosses, lines, unit, grain, rounding)
    net, gross = total(nets), total(grosses)
    nets.append(net)
    grosses.append(gross)
    if session is not None and (session.min_price is not None or session.max_price is not None):
        net, gross = limited(Amount(net, gross), session, unit, policy, notes)
    nets.append(net)
    grosses.append(gross)
    rounded = _rounded(nets, grain, rounding.mode)
    if rounding.tax_on_rounded_net:
        return Money(nets, grosses, rounded, _on_rounded_net(nets, grosses, rounded, grain, rounding.mode))
    return Money(nets, grosses, rounded, _rounded(grosses, grain, rounding.mode))


def _rounded(side: Side, grain: int, mode: Mode) -> Side:
    """Amounts in grains."""
    if mode is not Mode.HALF_UP:
        return [each and divided(each, grain, mode) for each in side]
    twice = 2 * grain
    return [
        each and ((2 * each + grain) // twice if each > 0 else divided(each, grain, mode)) for each in side
    ]


def _on_rounded_net(nets: Side, grosses: Side, rounded: Side, grain: int, mode: Mode) -> Side:
    """The reading of clearing houses that round the net amount and charge the tax on that."""
    found: Side = []
    for net, gross, whole in zip(nets, grosses, rounded, strict=True):
        if not net or gross is None or whole is None:
            found.append(gross and divided(gross, grain, mode))
        else:
            found.append(whole + divided(whole * (gross - net), net, mode))
    return found


def _rounded_first(
    nets: Side, grosses: Side, lines: Sequence[Line], unit: int, grain: int, rounding: MoneyRounding
) -> tuple[Side, Side]:
    """Sub-totals that are rounded before they are summed, or that are sums of rounded lines."""
    if rounding.at is At.SUB_TOTAL:
        return _to_grain(nets, grosses, grain, rounding)
    sums: tuple[Side, Side] = ([0] * len(nets), [each and 0 for each in grosses])
    for line in lines:
        if line.offer is not None:
            exact = both_sides([(line.offer.account, line.cost)], unit)
            rounded = _to_grain(*exact, grain, rounding)
            sums = _added(sums[0], rounded[0]), _added(sums[1], rounded[1])
    return sums


def _added(side: Side, more: Side) -> Side:
    pairs = zip(side, more, strict=True)
    return [None if one is None or other is None else one + other for one, other in pairs]


def _to_grain(nets: Side, grosses: Side, grain: int, rounding: MoneyRounding) -> tuple[Side, Side]:
    rounded = _rounded(nets, grain, rounding.mode)
    after = _rounded(grosses, grain, rounding.mode)
    if rounding.tax_on_rounded_net:
        after = _on_rounded_net(nets, grosses, rounded, grain, rounding.mode)
    return [each and each * grain for each in rounded], [each and each * grain for each in after]
