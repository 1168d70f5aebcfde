"""Where a session has to be cut: every instant at which another price could begin.

The clock times and dates of restrictions on the local clock, midnights, changes of the clock itself,
durations, and the bounds of energy. Too many cuts do no harm: equal neighbours are merged again.
Spec: 2.3.0 mod_tariffs, TariffRestrictions; mod_cdrs, ChargingPeriod (a new one when something relevant
changes).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ocpi.pricing.tariff import Restrictions, Tariff
from ocpi.pricing.units import TICKS_PER_SECOND
from ocpi.pricing.zones import SECONDS_PER_DAY, LocalClock, Stretch

_DAY: Final = SECONDS_PER_DAY * TICKS_PER_SECOND


def restrictions_of(tariffs: Iterable[Tariff]) -> list[Restrictions]:
    return [element.restrictions for tariff in tariffs for element in tariff.elements]


def clock_cuts(given: Sequence[Restrictions], clock: LocalClock, start: int, end: int) -> Iterator[int]:
    """Instants in (start, end) at which the local clock shows a time that matters, or jumps."""
    times = _clock_times(given)
    if not times:
        return
    yield from clock.changes(start, end)
    tick = start
    while tick < end:
        stretch = clock.stretch(tick)
        yield from _in_stretch(times, stretch, tick, min(stretch.end, end))
        tick = stretch.end


def _in_stretch(times: frozenset[int], stretch: Stretch, begin: int, end: int) -> Iterator[int]:
    first, last = (begin + stretch.offset) // _DAY, (end + stretch.offset) // _DAY
    for day in range(first, last + 1):
        midnight = day * _DAY - stretch.offset
        instants = (midnight + time * TICKS_PER_SECOND for time in times)
        yield from (instant for instant in instants if begin <= instant < end)


def _clock_times(given: Sequence[Restrictions]) -> frozenset[int]:
    """Seconds of the day. Weekdays and dates turn at midnight, even where no clock time is named."""
    named = {each.start_time for each in given} | {each.end_time for each in given}
    turns = any(
        each.day_of_week or each.start_date is not None or each.end_date is not None for each in given
    )
    midnight = frozenset({0} if turns else ())
    return midnight | frozenset(time for time in named if time is not None)


def duration_cuts(given: Sequence[Restrictions], start: int) -> Iterator[int]:
    for each in given:
        yield from (start + bound for bound in (each.min_duration, each.max_duration) if bound is not None)


def energy_bounds(given: Sequence[Restrictions]) -> frozenset[int]:
    bounds = {each.min_energy for each in given} | {each.max_energy for each in given}
    return frozenset(bound for bound in bounds if bound is not None)
