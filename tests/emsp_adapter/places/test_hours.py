from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emsp_adapter.places.hours import is_open
from schemas import codec

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
PARIS = "Europe/Paris"  # an hour before UTC in March


def _open(hours: dict[str, Any], at: datetime, zone: str | None = PARIS) -> bool | None:
    return is_open(codec.encode({"twentyfourseven": False, **hours}), zone, at)


def _on(weekday: int, begin: str, end: str) -> dict[str, Any]:
    return {"regular_hours": [{"weekday": weekday, "period_begin": begin, "period_end": end}]}


def _at(hour: float) -> datetime:
    return MONDAY + timedelta(hours=hour)


def _exception(kind: str, begin: float, end: float) -> dict[str, Any]:
    span = {"period_begin": _at(begin), "period_end": _at(end)}
    return {f"exceptional_{kind}": [span]}


@pytest.mark.parametrize(("hour", "told"), [(6.9, False), (7, True), (16.9, True), (17, False)])
def test_hours_are_read_by_the_clock_of_the_place(hour: float, told: bool) -> None:  # noqa: FBT001
    assert _open(_on(1, "08:00", "18:00"), _at(hour)) is told


def test_hours_of_another_day_do_not_hold() -> None:
    assert _open(_on(2, "08:00", "18:00"), _at(9)) is False


@pytest.mark.parametrize(("hour", "told"), [(21, True), (24, True), (24.9, True), (25, False), (20.9, False)])
def test_a_period_may_go_on_past_midnight(hour: float, told: bool) -> None:  # noqa: FBT001
    assert _open(_on(1, "22:00", "02:00"), _at(hour)) is told


def test_midnight_as_an_end_is_that_of_the_same_day() -> None:
    assert _open(_on(1, "00:00", "00:00"), _at(22.9)) is True
    assert _open(_on(1, "00:00", "00:00"), _at(23)) is False


def test_exceptions_win_over_regular_hours_and_closings_over_openings() -> None:
    regular = _on(1, "08:00", "18:00")
    assert _open({**regular, **_exception("closings", 9, 10)}, _at(9.5)) is False
    assert _open({**regular, **_exception("openings", 20, 21)}, _at(20.5)) is True
    both = {**_exception("openings", 9, 10), **_exception("closings", 9, 10)}
    assert _open({**regular, **both}, _at(9.5)) is False
    assert _open({"twentyfourseven": True, **_exception("closings", 9, 10)}, _at(9.5)) is False


def test_what_is_always_open_needs_no_zone() -> None:
    assert _open({"twentyfourseven": True}, _at(3), None) is True


@pytest.mark.parametrize("zone", [None, "Mars/Olympus", "../../etc/passwd"])
def test_in_a_place_without_a_clock_nobody_knows(zone: str | None) -> None:
    assert _open(_on(1, "08:00", "18:00"), _at(9), zone) is None


def test_who_says_nothing_is_neither_open_nor_closed() -> None:
    assert is_open(None, PARIS, MONDAY) is None


def test_periods_that_cannot_be_read_hold_never() -> None:
    broken = {"regular_hours": [{"weekday": 1}, 7], "exceptional_openings": [{"period_begin": "soon"}]}
    assert _open(broken, _at(9)) is False
