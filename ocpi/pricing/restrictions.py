"""Restrictions made ready: when on the calendar, in which range of energy and duration, at which power and
current.

The calendar part becomes intervals of seconds within one local day, energy and duration a half-open box,
and what is left a short list of tests on the flow of a period. Minimum is inclusive, maximum exclusive.
Spec: 2.3.0 mod_tariffs, TariffRestrictions.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from ocpi.pricing.policy import DatesAndTimes, NightDay, Policy, Range, Unreported, Window
from ocpi.pricing.tariff import Restrictions
from ocpi.pricing.zones import SECONDS_PER_DAY

Interval = tuple[int, int]
ALL_DAY: Final[tuple[Interval, ...]] = ((0, SECONDS_PER_DAY),)
FAR: Final = 10**30  # beyond every energy, duration and instant


class Box(NamedTuple):
    """Energy delivered and time elapsed, from (inclusive) and to (exclusive)."""

    low_energy: int = -FAR
    high_energy: int = FAR
    low_elapsed: int = -FAR
    high_elapsed: int = FAR

    def holds(self, energy: int, elapsed: int) -> bool:
        return (
            self.low_energy <= energy < self.high_energy and self.low_elapsed <= elapsed < self.high_elapsed
        )


class Flow:
    """Power and current of a period; `asked_*` tells whether any test looked."""

    __slots__ = ("asked_current", "asked_power", "high_current", "high_power", "low_current", "low_power")

    def __init__(
        self, low_power: int | None, high_power: int | None, low_current: int | None, high_current: int | None
    ) -> None:
        self.low_power = low_power
        self.high_power = high_power
        self.low_current = low_current
        self.high_current = high_current
        self.asked_power = False
        self.asked_current = False


FlowTest = tuple[Callable[[Flow, int], bool], int]
_Pair = tuple[Callable[[Flow, int], bool], Callable[[Flow, int], bool]]


def is_timeless(given: Restrictions) -> bool:
    """Whether the calendar does not matter."""
    calendar = (given.start_time, given.end_time, given.start_date, given.end_date, given.day_of_week)
    return all(part is None for part in calendar)


def asks_for_flow(given: Restrictions) -> bool:
    """Whether power or current matters."""
    bounds = (given.min_power, given.max_power, given.min_current, given.max_current)
    return any(bound is not None for bound in bounds)


def box(given: Restrictions) -> Box:
    """The range of energy and duration."""
    return Box(
        -FAR if given.min_energy is None else given.min_energy,
        FAR if given.max_energy is None else given.max_energy,
        -FAR if given.min_duration is None else given.min_duration,
        FAR if given.max_duration is None else given.max_duration,
    )


def intervals(given: Restrictions, day: int, policy: Policy) -> tuple[Interval, ...]:
    """The seconds of local `day` (days since 1970) on which the calendar part holds."""
    if policy.dates_and_times is DatesAndTimes.ONE_SPAN:
        return _in_one_span(given, day, policy)
    evening, morning = _window(given, policy)
    found = evening if _is_day(given, day) else ()
    of_evening = policy.night_day is NightDay.OF_THE_EVENING
    return found + (morning if _is_day(given, day - 1 if of_evening else day) else ())


def _window(given: Restrictions, policy: Policy) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """The window of clock times, and apart from it the part after midnight of one that wraps."""
    start, end = given.start_time, given.end_time
    if start is None and end == 0:
        return (ALL_DAY if policy.end_at_midnight_alone is Window.WHOLE_DAY else ()), ()
    if start is not None and start == end:
        return (ALL_DAY if policy.start_equals_end is Window.WHOLE_DAY else ()), ()
    begin, until = start or 0, end or SECONDS_PER_DAY
    if begin < until:
        return ((begin, until),), ()
    return ((begin, SECONDS_PER_DAY),), ((0, until),)


def _is_day(given: Restrictions, day: int) -> bool:
    if given.start_date is not None and day < given.start_date:
        return False
    if given.end_date is not None and day >= given.end_date:
        return False
    return _is_weekday(given, day)


def _is_weekday(given: Restrictions, day: int) -> bool:
    return given.day_of_week is None or (day + 3) % 7 in given.day_of_week


def _in_one_span(given: Restrictions, day: int, policy: Policy) -> tuple[Interval, ...]:
    """The reading in which times belong to the dates: from start_date, start_time to end_date, end_time."""
    if (
        given.start_date is None
        or given.end_date is None
        or given.start_time is None
        or given.end_time is None
    ):
        evening, morning = _window(given, policy)
        return evening + morning if _is_day(given, day) else ()
    begin = max((given.start_date - day) * SECONDS_PER_DAY + given.start_time, 0)
    until = min((given.end_date - day) * SECONDS_PER_DAY + given.end_time, SECONDS_PER_DAY)
    return ((begin, until),) if begin < until and _is_weekday(given, day) else ()


def flow_tests(given: Restrictions, policy: Policy) -> tuple[FlowTest, ...]:
    """What power and current must be."""
    power = _power_tests(policy.power_unreported, policy.range_side)
    current = _current_tests(policy.current_unreported, policy.range_side)
    candidates = (
        (power[0], given.min_power),
        (power[1], given.max_power),
        (current[0], given.min_current),
        (current[1], given.max_current),
    )
    return tuple((test, bound) for test, bound in candidates if bound is not None)


def flow_holds(tests: tuple[FlowTest, ...], flow: Flow) -> bool:
    return all(test(flow, bound) for test, bound in tests)


def _power_tests(unreported: Unreported, side: Range) -> _Pair:
    """Tests for min_power and max_power."""
    unknown = unreported is Unreported.MATCHES
    crossed = side is Range.CROSSED

    def at_least(flow: Flow, bound: int) -> bool:
        flow.asked_power = True
        value = flow.high_power if crossed else flow.low_power
        return unknown if value is None else value >= bound

    def below(flow: Flow, bound: int) -> bool:
        flow.asked_power = True
        value = flow.low_power if crossed else flow.high_power
        return unknown if value is None else value < bound

    return at_least, below


def _current_tests(unreported: Unreported, side: Range) -> _Pair:
    """Tests for min_current and max_current."""
    unknown = unreported is Unreported.MATCHES
    crossed = side is Range.CROSSED

    def at_least(flow: Flow, bound: int) -> bool:
        flow.asked_current = True
        value = flow.high_current if crossed else flow.low_current
        return unknown if value is None else value >= bound

    def below(flow: Flow, bound: int) -> bool:
        flow.asked_current = True
        value = flow.low_current if crossed else flow.high_current
        return unknown if value is None else value < bound

    return at_least, below
