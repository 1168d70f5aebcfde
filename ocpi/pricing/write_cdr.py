"""A breakdown as the cost fields of a 2.3.0 CDR, with Decimals for numbers.

Sub-totals that nothing was priced for are left out: they are optional. Tax lines add up to what the gross
amount is more than the net one; a total that a limit moved has one line without a percentage, for no rate
explains it any more.
Spec: 2.3.0 mod_cdrs, CDR object, ChargingPeriod; types, Price, TaxAmount.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from ocpi.pricing import instants
from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.offers import SubTotal
from ocpi.pricing.periods import Period
from ocpi.pricing.policy import Mode
from ocpi.pricing.rounding import divided
from ocpi.pricing.taxes import Amount, Share, sides
from ocpi.pricing.units import ENERGY_PLACES, POWER_PLACES, RATE_PLACES, TICKS_PER_HOUR, decimal_text

Json = dict[str, Any]
_PLACES: Final = 4
_SUB_TOTALS: Final = {
    "total_fixed_cost": SubTotal.FIXED,
    "total_energy_cost": SubTotal.ENERGY,
    "total_time_cost": SubTotal.TIME,
    "total_parking_cost": SubTotal.PARKING,
    "total_reservation_cost": SubTotal.RESERVATION,
}


class NetUnknown(ValueError):
    """The tariff's prices contain a tax whose rate it does not tell: a Price cannot be written."""


def cost_fields(found: Breakdown, *, tax_name: str = "VAT") -> Json:
    """total_cost and its parts, total_energy, total_time, total_parking_time, charging_periods and currency.

    Raises NetUnknown.
    """
    fields: Json = {
        "currency": found.currency,
        "charging_periods": [_charging_period(period, found) for period in found.periods.items],
        "total_cost": _price(found.published.total, _of_total(found), found, tax_name),
    }
    for field, part in _SUB_TOTALS.items():
        shares = [share for share in found.shares if share[0].sub_total is part]
        if shares:
            fields[field] = _price(found.published[part], shares, found, tax_name)
    fields["total_energy"] = kwh(found.measured.energy)
    fields["total_time"] = hours(found.measured.total_time)
    fields["total_parking_time"] = hours(found.measured.parking)
    return fields


def decimal(units: int, places: int) -> Decimal:
    """Without trailing zeros."""
    return Decimal(decimal_text(units, places))


def kwh(units: int) -> Decimal:
    """Energy units as kWh with four decimals."""
    return decimal(divided(units, 10 ** (ENERGY_PLACES - _PLACES), Mode.HALF_UP), _PLACES)


def hours(ticks: int) -> Decimal:
    """Ticks as hours with four decimals."""
    return decimal(divided(ticks * 10**_PLACES, TICKS_PER_HOUR, Mode.HALF_UP), _PLACES)


def _of_total(found: Breakdown) -> list[Share]:
    """The shares of the total, none of them if a limit moved it."""
    return list(found.shares) if found.exact.total == found.exact.before_limits else []


def _price(rounded: Amount, shares: Sequence[Share], found: Breakdown, tax_name: str) -> Json:
    if rounded.net is None:
        raise NetUnknown("the tariff's prices include a tax whose rate it does not tell")
    tax = 0 if rounded.gross is None else rounded.gross - rounded.net
    return {
        "before_taxes": decimal(rounded.net, found.places),
        "taxes": [] if rounded.gross is None else list(_taxes(tax, shares, found, tax_name)),
    }


def _taxes(tax: int, shares: Sequence[Share], found: Breakdown, tax_name: str) -> Iterator[Json]:
    """One line for each rate; rounding leftovers go to the largest."""
    exact: dict[int, int] = {}
    for account, cost in shares:
        net, gross = sides(account, cost, found.unit)
        if account.rate is not None and net is not None and gross is not None:
            exact[account.rate] = exact.get(account.rate, 0) + gross - net
    if not exact:
        if tax:
            yield {"name": tax_name, "amount": decimal(tax, found.places)}
        return
    grain = found.unit // 10**found.places
    lines = {rate: divided(each, grain, Mode.HALF_UP) for rate, each in exact.items()}
    largest = max(lines, key=lambda rate: abs(lines[rate]))
    lines[largest] += tax - sum(lines.values())
    for rate, line in sorted(lines.items()):
        yield {
            "name": tax_name,
            "percentage": decimal(rate, RATE_PLACES),
            "amount": decimal(line, found.places),
        }


def _charging_period(period: Period, found: Breakdown) -> Json:
    written: Json = {"start_date_time": instants.text(period.start), "dimensions": list(_dimensions(period))}
    tariff_id = period.tariff_id or (found.session_tariff.id if found.session_tariff else None)
    return {**written, "tariff_id": tariff_id} if tariff_id else written


def _dimensions(period: Period) -> Iterator[Json]:
    volumes = (("TIME", period.time), ("PARKING_TIME", period.parking), ("RESERVATION_TIME", period.reserved))
    if period.energy is not None:
        yield {"type": "ENERGY", "volume": kwh(period.energy)}
    yield from ({"type": kind, "volume": hours(ticks)} for kind, ticks in volumes if ticks is not None)
    extremes = (
        ("MIN_POWER", period.min_power),
        ("MAX_POWER", period.max_power),
        ("MIN_CURRENT", period.min_current),
        ("MAX_CURRENT", period.max_current),
    )
    for kind, value in extremes:
        if value is not None:
            yield {"type": kind, "volume": decimal(value, POWER_PLACES)}
