"""TariffRestrictions of any version as plain values.

Spec: 2.3.0 mod_tariffs, TariffRestrictions, DayOfWeek, ReservationRestrictionType.
"""

import re
from datetime import date
from typing import Final

from ocpi.pricing.shell import Shell
from ocpi.pricing.tariff import Reservation, Restrictions
from ocpi.pricing.units import POWER_UNITS, TICKS_PER_SECOND, UNITS_PER_KWH
from ocpi.pricing.wire import WireRestrictions

_EPOCH: Final = date(1970, 1, 1).toordinal()
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?", re.ASCII)
_END_OF_DAY: Final = "24:00"
WEEKDAYS: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def read_restrictions(wire: WireRestrictions, shell: Shell) -> Restrictions:
    """What can be read; each refusal is added to the findings of `shell`."""
    return Restrictions(
        start_time=shell.read("start_time", clock_time, "HH:MM"),
        end_time=shell.read("end_time", clock_time, "HH:MM"),
        start_date=shell.read("start_date", _day, "YYYY-MM-DD"),
        end_date=shell.read("end_date", _day, "YYYY-MM-DD"),
        day_of_week=_weekdays(wire.day_of_week, shell),
        min_energy=shell.number("min_kwh", UNITS_PER_KWH),
        max_energy=shell.number("max_kwh", UNITS_PER_KWH),
        min_current=shell.number("min_current", POWER_UNITS),
        max_current=shell.number("max_current", POWER_UNITS),
        min_power=shell.number("min_power", POWER_UNITS),
        max_power=shell.number("max_power", POWER_UNITS),
        min_duration=shell.number("min_duration", TICKS_PER_SECOND),
        max_duration=shell.number("max_duration", TICKS_PER_SECOND),
        reservation=shell.read("reservation", Reservation, "RESERVATION or RESERVATION_EXPIRES"),
    )


def clock_time(given: str) -> int:
    """Seconds of the day; the end of the day is midnight."""
    if given == _END_OF_DAY:
        return 0
    found = _CLOCK.fullmatch(given)
    if found is None:
        raise ValueError(given)
    return int(found[1]) * 3600 + int(found[2]) * 60


def _day(given: str) -> int:
    return date.fromisoformat(given).toordinal() - _EPOCH


def _weekdays(given: list[str] | None, shell: Shell) -> frozenset[int] | None:
    """None for every day; an empty list restricts nothing."""
    if not given:
        return None
    unknown = [day for day in given if day not in WEEKDAYS]
    if unknown:
        shell.refuse("day_of_week", "days of the week", unknown[0])
    return frozenset(WEEKDAYS.index(day) for day in given if day in WEEKDAYS)
