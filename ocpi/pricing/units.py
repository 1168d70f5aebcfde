"""Whole numbers for energy, time, money and rates: the only arithmetic of this room.

A volume or a price arrives with four decimals, sometimes with more. Each is scaled once to an integer;
products then share one denominator (`COST_UNITS` to the currency unit), so costs are summed exactly,
divided once and rounded once. Digits beyond a scale are noise of the sender's arithmetic and are rounded
half to even.
Spec: 2.3.0 types, number: four decimals unless said otherwise.
"""

from decimal import Context, Decimal, InvalidOperation, Overflow
from typing import Final

ENERGY_PLACES: Final = 6  # kWh: one unit is a milliwatt hour
POWER_PLACES: Final = 6  # kW and A
PRICE_PLACES: Final = 10
RATE_PLACES: Final = 4  # percent
TICK_PLACES: Final = 6  # of a second
TICKS_PER_SECOND: Final = 10**TICK_PLACES
TICKS_PER_HOUR: Final = 3600 * TICKS_PER_SECOND

UNITS_PER_KWH: Final = 10**ENERGY_PLACES
UNITS_PER_WH: Final = UNITS_PER_KWH // 1000
POWER_UNITS: Final = 10**POWER_PLACES
PRICE_UNITS: Final = 10**PRICE_PLACES
RATE_UNITS: Final = 10**RATE_PLACES
WHOLE_RATE: Final = 100 * RATE_UNITS  # one hundred percent

ENERGY_COST: Final = 3600  # cost units of one energy unit at one price unit
FLAT_COST: Final = TICKS_PER_HOUR  # cost units of one price unit
COST_UNITS: Final = PRICE_UNITS * TICKS_PER_HOUR  # in one unit of currency

_DIGITS: Final = 30  # before the point; nothing honest in a tariff or a CDR comes near
_multiplied: Final = Context(prec=60, Emax=_DIGITS, Emin=-60, traps=[Overflow, InvalidOperation]).multiply


class NumberRefused(ValueError):
    """Not finite, or too large to be meant."""


def scaled(value: Decimal, units: int | Decimal) -> int:
    """`value` in parts of 1/units, rounded half to even. Raises NumberRefused."""
    try:
        return round(_multiplied(value, units))
    except (ArithmeticError, ValueError) as error:  # too large, infinite, or NaN
        raise NumberRefused(f"{value!s:.40} is no usable number") from error


_POWERS: Final = tuple(10**places for places in range(20))


def decimal_text(units: int, places: int) -> str:
    """A plain decimal without trailing zeros: 15000 in 4 places is "1.5"."""
    if units < 0:
        return f"-{decimal_text(-units, places)}"
    whole, part = divmod(units, _POWERS[places])
    return f"{whole}.{part:0{places}d}".rstrip("0") if part else str(whole)
