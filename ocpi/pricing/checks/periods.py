"""Does each period lie in the session, do its times fill it, and could a station have given that much power?

Spec: 2.3.0 mod_cdrs, ChargingPeriod, CdrDimensionType.
"""

from typing import Final

from ocpi.pricing import instants
from ocpi.pricing.periods import Period
from ocpi.pricing.subject import PERIODS, Subject
from ocpi.pricing.units import TICKS_PER_HOUR, TICKS_PER_SECOND
from ocpi.pricing.write_cdr import kwh

_ROUNDING: Final = TICKS_PER_SECOND
_LOUD: Final = 11, 10  # meters and clocks may make a period look a tenth too strong


def check_periods(subject: Subject) -> None:
    start, end = subject.cdr.periods.start, subject.cdr.periods.end
    most = subject.known.most_power * _LOUD[0] // _LOUD[1]
    for index, period in enumerate(subject.cdr.periods.items):
        begin, until, energy, time, parking, reserved, *_ = period
        lasted = until - begin
        told = (time or 0) + (parking or 0) + (reserved or 0)
        if not start <= begin <= end:
            _report_outside(subject, index, period)
        if told and not -_ROUNDING <= lasted - told <= _ROUNDING:
            _report_misfit(subject, index, lasted, told)
        if energy and energy * TICKS_PER_HOUR > most * lasted > 0:
            _report_power(subject, index, energy * TICKS_PER_HOUR // lasted)


def _report_outside(subject: Subject, index: int, period: Period) -> None:
    is_early = period.start < subject.cdr.periods.start
    code, limit = (
        ("period_before_start", "start_date_time") if is_early else ("period_after_end", "end_date_time")
    )
    expected = getattr(subject.wire, limit)
    subject.warn(code, f"{PERIODS}/{index}/start_date_time", expected, instants.text(period.start))


def _report_misfit(subject: Subject, index: int, lasted: int, told: int) -> None:
    seconds = lasted // TICKS_PER_SECOND, told // TICKS_PER_SECOND
    pointer = f"{PERIODS}/{index}/dimensions"
    if told > lasted:
        subject.warn("time_longer_than_period", pointer, *seconds)
    else:
        subject.inform("time_shorter_than_period", pointer, *seconds)


def _report_power(subject: Subject, index: int, power: int) -> None:
    pointer = f"{PERIODS}/{index}/dimensions"
    subject.warn("power_implausible", pointer, kwh(subject.known.most_power), kwh(power))
