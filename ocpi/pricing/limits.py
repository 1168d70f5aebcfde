"""min_price and max_price: two independent limits, one before and one after taxes, on the total alone.

Sub-totals keep their unlimited value, so their sum may rightly differ from the total. Limits that
contradict each other are applied as written and reported; nothing is repaired silently.
Spec: 2.3.0 mod_tariffs, Tariff.min_price and max_price, PriceLimit.
"""

from collections.abc import Callable

from ocpi.pricing.notes import Code, Note
from ocpi.pricing.policy import CrossedLimits, GrossLimit, Policy
from ocpi.pricing.tariff import Limit, Tariff
from ocpi.pricing.taxes import Amount
from ocpi.pricing.units import PRICE_PLACES, WHOLE_RATE

_Pick = Callable[[int, int], int]


def limited(total: Amount, tariff: Tariff, unit: int, policy: Policy, notes: list[Note]) -> Amount:
    """The total within the limits of `tariff`; amounts are in 1/unit of the currency."""
    scale = unit // 10**PRICE_PLACES
    for limit, pick, is_upper in ((tariff.min_price, max, False), (tariff.max_price, min, True)):
        if limit is not None:
            bound = _uncrossed(_scaled(limit, scale), policy.crossed_limits, is_upper=is_upper)
            total = _within(total, bound, pick, _uniform_rate(tariff), policy, notes)
    if _cross(tariff.min_price, tariff.max_price):
        notes.append(Note(Code.MIN_ABOVE_MAX))
    if total.net is not None and total.gross is not None and 0 <= total.gross < total.net:
        notes.append(Note(Code.INCL_BELOW_EXCL))
    return total


def _scaled(limit: Limit, scale: int) -> Amount:
    return Amount(
        None if limit.net is None else limit.net * scale, None if limit.gross is None else limit.gross * scale
    )


def _uncrossed(bound: Amount, policy: CrossedLimits, *, is_upper: bool) -> Amount:
    net, gross = bound
    if net is None or gross is None or gross >= net or policy is CrossedLimits.APPLY_BOTH:
        return bound
    if policy is CrossedLimits.RAISE_GROSS:
        return Amount(net, net)
    tighter = gross if is_upper else net
    return Amount(tighter, tighter)


def _within(
    total: Amount, bound: Amount, pick: _Pick, rate: int | None, policy: Policy, notes: list[Note]
) -> Amount:
    net = total.net if total.net is None or bound.net is None else pick(total.net, bound.net)
    if bound.gross is not None:
        gross = None if total.gross is None else pick(total.gross, bound.gross)
        return Amount(net, gross)
    if total.net is None:
        notes.append(Note(Code.LIMIT_NOT_APPLICABLE))
    if net is None or net == total.net or total.net is None or total.gross is None:
        return Amount(net, total.gross)
    notes.append(Note(Code.LIMIT_WITHOUT_INCL))
    return Amount(net, _gross(net, Amount(total.net, total.gross), rate, policy.gross_limit))


def _gross(net: int, total: Amount, rate: int | None, policy: GrossLimit) -> int | None:
    """The side after taxes where a limit moved only the side before."""
    if policy is not GrossLimit.SCALE or total.net is None or total.gross is None:
        return total.gross if policy is GrossLimit.KEEP else None
    if total.net:
        return total.gross * net // total.net
    return None if rate is None else net * (WHOLE_RATE + rate) // WHOLE_RATE


def _uniform_rate(tariff: Tariff) -> int | None:
    """The rate of every component; what a minimum of an empty session is taxed with."""
    rates = {component.vat or 0 for element in tariff.elements for component in element.components}
    return rates.pop() if len(rates) == 1 else None


def _cross(lower: Limit | None, upper: Limit | None) -> bool:
    if lower is None or upper is None:
        return False
    sides = ((lower.net, upper.net), (lower.gross, upper.gross))
    return any(low is not None and high is not None and low > high for low, high in sides)
