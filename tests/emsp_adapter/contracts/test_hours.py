"""When a contract lets its driver begin, by the clock on the wall."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsp_adapter.contracts.contract import Hours
from emsp_adapter.contracts.hours import is_open

PARIS = "Europe/Paris"
WEEK = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]


def hours(since: str, until: str, *days: str) -> Hours:
    return Hours.model_validate({"days": list(days) or WEEK, "since": since, "until": until})


@pytest.mark.parametrize(
    ("at", "told", "holds"),
    [
        ("2026-03-02T07:00:00Z", hours("08:00", "18:00"), True),
        ("2026-03-02T06:59:59Z", hours("08:00", "18:00"), False),
        ("2026-03-02T16:59:59Z", hours("08:00", "18:00"), True),
        ("2026-03-02T17:00:00Z", hours("08:00", "18:00"), False),
        ("2026-07-06T06:00:00Z", hours("08:00", "18:00"), True),  # in summer two hours ahead
        ("2026-03-01T23:30:00Z", hours("00:00", "06:00", "MONDAY"), True),  # Monday already, there
        ("2026-03-02T23:30:00Z", hours("00:00", "06:00", "MONDAY"), False),
        ("2026-03-02T21:30:00Z", hours("22:00", "06:00", "MONDAY"), True),
        ("2026-03-03T04:30:00Z", hours("22:00", "06:00", "MONDAY"), True),  # the night that began on Monday
        ("2026-03-02T04:30:00Z", hours("22:00", "06:00", "MONDAY"), False),  # the one before
        ("2026-03-02T12:00:00Z", hours("00:00", "00:00", "MONDAY"), True),
        ("2026-03-03T12:00:00Z", hours("00:00", "00:00", "MONDAY"), False),
        ("2026-10-25T00:30:00Z", hours("02:00", "03:00", "SUNDAY"), True),  # half past two, twice
        ("2026-10-25T01:30:00Z", hours("02:00", "03:00", "SUNDAY"), True),
        ("2026-03-29T01:00:00Z", hours("02:00", "03:00", "SUNDAY"), False),  # two o'clock is not that day
    ],
)
def test_hours_are_those_of_the_wall_clock(at: str, told: Hours, holds: bool) -> None:  # noqa: FBT001
    assert is_open([told], PARIS, datetime.fromisoformat(at)) is holds


def test_any_of_several_is_enough() -> None:
    noon = datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert is_open([hours("00:00", "06:00"), hours("11:00", "13:00")], PARIS, noon)
    assert not is_open([], PARIS, noon)


_TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0).isoformat("minutes"))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), _TIMES, _TIMES)  # noqa: DTZ001
def test_every_day_is_open_or_closed_but_not_both(now: datetime, since: str, until: str) -> None:
    instant = now.replace(tzinfo=UTC)
    if since != until:
        opens, closes = hours(since, until), hours(until, since)
        assert is_open([opens], PARIS, instant) is not is_open([closes], PARIS, instant)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), _TIMES)  # noqa: DTZ001
def test_all_round_the_clock_is_always(now: datetime, since: str) -> None:
    assert is_open([hours(since, since)], PARIS, now.replace(tzinfo=UTC))


def test_hours_need_not_be_listed_in_order() -> None:
    told: Any = [hours("12:00", "13:00", "SUNDAY"), hours("08:00", "09:00", "MONDAY")]
    assert is_open(told, PARIS, datetime(2026, 3, 2, 7, 30, tzinfo=UTC))
