"""Do the volumes of the periods agree with the totals, and could a car have taken that much?

Spec: 2.3.0 mod_cdrs, CDR object (total_energy, total_time, total_parking_time), CdrDimensionType.
"""

from typing import Final

from ocpi.pricing.subject import HOUR, KWH, PERIODS, Subject, units
from ocpi.pricing.units import TICKS_PER_SECOND, UNITS_PER_KWH
from ocpi.pricing.write_cdr import hours, kwh

_LAST_DECIMAL: Final = UNITS_PER_KWH // 10_000
_SECONDS: Final = 2 * TICKS_PER_SECOND


def check_amounts(subject: Subject) -> None:
    _check_energy(subject)
    _check_time(subject)
    parking = units(subject.wire.total_parking_time, HOUR)
    if parking is not None and abs(subject.volumes.parking - parking) > _SECONDS:
        expected = hours(subject.volumes.parking)
        subject.warn(
            "total_parking_time_differs", "/total_parking_time", expected, subject.wire.total_parking_time
        )


def _check_energy(subject: Subject) -> None:
    given = subject.wire.total_energy
    measured, stated = subject.volumes.energy, units(given, KWH)
    if stated is None:
        subject.error("total_energy_missing", "/total_energy", kwh(measured), given)
        return
    periods = subject.cdr.periods.items
    if abs(measured - stated) > _LAST_DECIMAL * (len(periods) + 1):
        if any(period.energy is not None for period in periods):
            subject.error("total_energy_differs", "/total_energy", kwh(measured), given)
        else:
            subject.warn("energy_not_in_periods", PERIODS, given)
    if stated < 0:
        subject.warn("energy_negative", "/total_energy", None, given)
    elif stated > subject.known.most_energy:
        subject.warn("energy_above_battery", "/total_energy", kwh(subject.known.most_energy), given)


def _check_time(subject: Subject) -> None:
    """total_time is the whole session; the sum of the periods' times is let pass too."""
    given, measured = subject.wire.total_time, subject.volumes.total_time
    stated = units(given, HOUR)
    if stated is None:
        subject.error("total_time_missing", "/total_time", hours(measured), given)
    elif abs(measured - stated) > _SECONDS and abs(_told(subject) - stated) > _SECONDS:
        subject.warn("total_time_differs", "/total_time", hours(measured), given)


def _told(subject: Subject) -> int:
    return sum((period.time or 0) + (period.parking or 0) for period in subject.cdr.periods.items)
