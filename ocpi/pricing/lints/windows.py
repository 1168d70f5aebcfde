"""Windows of time and ranges of volume that mean nothing, or not the same to everybody.

Spec: 2.3.0 mod_tariffs, TariffRestrictions.
"""

from collections.abc import Iterator

from ocpi.pricing.findings import Finding, Severity
from ocpi.pricing.tariff import Restrictions, Tariff


def lint_windows(tariff: Tariff) -> Iterator[Finding]:
    for index, element in enumerate(tariff.elements):
        at = f"/elements/{index}/restrictions"
        yield from _of_clock(element.restrictions, at)
        yield from _of_ranges(element.restrictions, at)


def _of_clock(given: Restrictions, at: str) -> Iterator[Finding]:
    start, end = given.start_time, given.end_time
    if start is not None and start == end:
        yield Finding(
            "whole_day_window",
            Severity.WARNING,
            f"{at}/end_time",
            None,
            None,
            "whole day or never: leave both out",
        )
    if start is None and end == 0:
        yield Finding(
            "midnight_end_alone",
            Severity.WARNING,
            f"{at}/end_time",
            None,
            None,
            "some never match it: leave it out",
        )
    if start is not None and end is not None and 0 < end < start and given.day_of_week is not None:
        reason = "after midnight it is the next weekday"
        yield Finding(
            "weekday_with_overnight_window", Severity.WARNING, f"{at}/day_of_week", None, None, reason
        )


def _of_ranges(given: Restrictions, at: str) -> Iterator[Finding]:
    ranges = (
        ("kwh", given.min_energy, given.max_energy),
        ("current", given.min_current, given.max_current),
        ("power", given.min_power, given.max_power),
        ("duration", given.min_duration, given.max_duration),
    )
    for name, least, most in ranges:
        if least is not None and most is not None and least >= most:
            yield Finding("impossible_range", Severity.ERROR, f"{at}/max_{name}")
        if most is not None and most <= 0:
            yield Finding("impossible_range", Severity.ERROR, f"{at}/max_{name}")
    if given.start_date is not None and given.end_date is not None and given.start_date >= given.end_date:
        yield Finding("impossible_range", Severity.ERROR, f"{at}/end_date")
