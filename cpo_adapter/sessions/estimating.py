"""A register for stations that have none: out of the energy of intervals, else out of the power. Pure.

Intervals in the clock's rhythm cover the same energy as the periodic ones once more, so one kind is added up.
Between two values of the power it is taken to have changed evenly; what came before the first and after the
last of them is left out, for nobody knows it.
Spec: OCPP 1.6 and 2.0.1, Measurand (Energy.Active.Import.Interval, Power.Active.Import).
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Final

from cpo_adapter.ocpp.events import Sample
from cpo_adapter.sessions.registers import BEGIN, BY_THE_CLOCK, OUTLET, REGISTER, is_register

_INTERVAL: Final = "Energy.Active.Import.Interval"
_POWER: Final = "Power.Active.Import"
_SECONDS_PER_HOUR: Final = 3600


def by_intervals(told: Collection[Sample], since: datetime, start_wh: int) -> tuple[Sample, ...]:
    """Register samples from `since` on; none where the station tells a register, or no intervals."""
    found = sorted({each for each in told if _is(each, _INTERVAL)}, key=lambda each: each.at)
    periodic = [each for each in found if each.context != BY_THE_CLOCK] or found
    steps = [(each.at, each.value) for each in periodic]
    return () if any(map(is_register, told)) else tuple(_added_up(steps, since, start_wh))


def by_power(told: Collection[Sample], since: datetime) -> tuple[Sample, ...]:
    """As `by_intervals`, for a station that tells its power alone."""
    if any(map(is_register, told)):
        return ()
    powers = sorted({each.at: each.value for each in told if _is(each, _POWER)}.items())
    return tuple(_added_up([*_steps(powers)], since, 0))


def _steps(powers: Sequence[tuple[datetime, Decimal]]) -> Iterator[tuple[datetime, Decimal]]:
    for (earlier, before), (later, after) in pairwise(powers):
        seconds = Decimal((later - earlier).total_seconds())
        yield later, (before + after) / 2 * seconds / _SECONDS_PER_HOUR


def _added_up(steps: Sequence[tuple[datetime, Decimal]], since: datetime, start_wh: int) -> Iterator[Sample]:
    total = Decimal(start_wh)
    if steps:
        yield Sample(since, REGISTER, total, context=BEGIN)
    for at, energy_wh in steps:
        total += max(energy_wh, Decimal(0))
        yield Sample(at, REGISTER, total)


def _is(sample: Sample, measurand: str) -> bool:
    return sample.measurand == measurand and sample.location == OUTLET and not sample.phase
