"""Is the money right: the total against our own, each sub-total, their sum, and tax against net?

Spec: 2.3.0 mod_cdrs, CDR.total_cost and its parts; types, Price.
"""

from decimal import Decimal
from typing import Final

from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.offers import SubTotal
from ocpi.pricing.read_tariff import Version
from ocpi.pricing.subject import Sides, Subject, money_sides
from ocpi.pricing.units import PRICE_PLACES, PRICE_UNITS, decimal_text
from ocpi.pricing.wire import WirePrice

TOTAL: Final = 6  # in the sides of a breakdown
_BEFORE_LIMITS: Final = 5
_SUB_TOTALS: Final = (
    ("total_fixed_cost", SubTotal.FIXED),
    ("total_energy_cost", SubTotal.ENERGY),
    ("total_time_cost", SubTotal.TIME),
    ("total_parking_cost", SubTotal.PARKING),
    ("total_reservation_cost", SubTotal.RESERVATION),
)
_FIELDS: Final = (("excl_vat", "before_taxes"), ("incl_vat", "taxes"))


def check_prices(subject: Subject) -> None:
    price = subject.wire.total_cost
    net, gross = stated = money_sides(price)
    if net is None:
        subject.error("total_cost_missing", "/total_cost", "a price")
        return
    is_credit = bool(subject.wire.credit)
    if not subject.volumes.energy and net and not is_credit:
        subject.warn("zero_energy_billed", "/total_cost", None, _text(net))
    if subject.found.session_tariff is not None:
        _compare(subject, "total_cost", stated, TOTAL, -1 if is_credit else 1)
        _check_sub_totals(subject, net, is_credit=is_credit)
    _check_sides(subject, net, gross, is_credit=is_credit)
    if isinstance(price, WirePrice) and price.taxes:
        _check_tax_line(subject, price, net)


def our_sides(found: Breakdown, at: int, sign: int = 1) -> Sides:
    """Our own amount in price units, by its place in `Costs`; a credit takes it back."""
    nets, grosses = found.published_sides
    net, gross = nets[at], grosses[at]
    scale = sign * PRICE_UNITS // 10**found.places
    return None if net is None else net * scale, None if gross is None else gross * scale


def agree(ours: Sides, theirs: Sides, tolerance: int) -> bool:
    """Whether no side that both know is further apart than the tolerance."""
    (net, gross), (other_net, other_gross) = ours, theirs
    if net is not None and other_net is not None and abs(net - other_net) > tolerance:
        return False
    return gross is None or other_gross is None or abs(gross - other_gross) <= tolerance


def _compare(subject: Subject, field: str, stated: Sides, at: int, sign: int = 1) -> None:
    ours = our_sides(subject.found, at, sign)
    if stated != ours and not agree(ours, stated, subject.known.tolerance):
        _report(subject, field, stated, ours)


def _report(subject: Subject, field: str, stated: Sides, ours: Sides) -> None:
    for side, names in enumerate(_FIELDS):
        one, other = ours[side], stated[side]
        if one is not None and other is not None and abs(one - other) > subject.known.tolerance:
            price = getattr(subject.wire, field)
            is_price = isinstance(price, WirePrice)
            name = f"/{names[0 if price.before_taxes is None else 1]}" if is_price else ""
            subject.error(f"{field}_differs", f"/{field}{name}", _text(one), _text(other))


def _check_sides(subject: Subject, net: int, gross: int | None, *, is_credit: bool) -> None:
    if net and (net > 0) is is_credit:
        subject.error("total_cost_sign", "/total_cost", None, _text(net))
    if gross is None:
        if subject.cdr.version is not Version.V2_1_1:
            subject.inform("total_cost_without_tax", "/total_cost")
    elif abs(gross) < abs(net):
        subject.warn("incl_below_excl", "/total_cost", _text(net), _text(gross))


def _text(price_units: int) -> str:
    return decimal_text(price_units, PRICE_PLACES)


def _check_sub_totals(subject: Subject, total: int, *, is_credit: bool) -> None:
    """Each one that is stated, and their sum. Sub-totals are optional."""
    wire, found, nets = subject.wire, subject.found, subject.found.published_sides[0]
    sums, told, is_partial = 0, False, False
    for field, part in _SUB_TOTALS:
        price = getattr(wire, field)
        if price is None:
            is_partial = is_partial or bool(nets[part])
            continue
        stated = money_sides(price)
        _compare(subject, field, stated, part)
        sums += stated[0] or 0
        told = True
    if told and not is_partial and not is_credit and not _is_limited(found):
        _check_sum(subject, sums, total)


def _is_limited(found: Breakdown) -> bool:
    """Whether a limit moved the total, which the sub-totals do not follow."""
    nets, grosses = found.exact_sides
    return nets[TOTAL] != nets[_BEFORE_LIMITS] or grosses[TOTAL] != grosses[_BEFORE_LIMITS]


def _check_sum(subject: Subject, sums: int, total: int) -> None:
    if abs(sums - total) > subject.known.tolerance * len(_SUB_TOTALS):
        subject.warn("sub_totals_do_not_add_up", "/total_cost", _text(sums), _text(total))


def _check_tax_line(subject: Subject, price: WirePrice, net: int) -> None:
    """A single tax may be on a part of the net amount only, but never on more than all of it."""
    taxes = price.taxes or []
    percentage, amount = taxes[0].percentage, taxes[0].amount
    if len(taxes) > 1 or percentage is None or amount is None:
        return
    expected = Decimal(net) * percentage / (100 * PRICE_UNITS)
    if (abs(amount) - abs(expected)) * PRICE_UNITS > subject.known.tolerance:
        subject.warn("tax_differs", "/total_cost/taxes/0/amount", f"{expected:.4f}", amount)
