"""A card that is used too often, or in two places at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsp_adapter.authorization.velocity import Speed, Use, distance_km, remarks
from emsp_adapter.contracts.case import Position
from emsp_adapter.contracts.verdict import Reason

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PARIS, LYON, SYDNEY = Position(48.8566, 2.3522), Position(45.7640, 4.8357), Position(-33.8688, 151.2093)
NEXT_DOOR = Position(48.8570, 2.3530)
USUAL = Speed(most=3, within=timedelta(minutes=10), kmh=500)


def use(position: Position | None = PARIS, **ago: float) -> Use:
    return Use(NOW - timedelta(**ago), position)


@pytest.mark.parametrize(
    ("others", "found"),
    [
        ([], []),
        ([use(minutes=1), use(minutes=2)], []),
        ([use(minutes=1), use(minutes=2), use(minutes=3)], [Reason.TOO_OFTEN]),
        ([use(minutes=1), use(minutes=2), use(minutes=11)], []),
        ([use(LYON, hours=1)], []),  # 392 km in an hour
        ([use(LYON, minutes=30)], [Reason.TOO_FAR]),
        ([use(LYON, hours=10), use(LYON, minutes=30)], [Reason.TOO_FAR]),
        ([use(SYDNEY, hours=24)], [Reason.TOO_FAR]),
        ([use(SYDNEY, hours=35)], []),
        ([use(NEXT_DOOR, seconds=0)], []),
        ([use(LYON, seconds=0)], [Reason.TOO_FAR]),
        ([use(LYON, seconds=-1)], [Reason.TOO_FAR]),  # another process wrote it a little later
        ([use(None, minutes=1)], []),
        ([use(LYON), use(), use()], [Reason.TOO_OFTEN, Reason.TOO_FAR]),
    ],
)
def test_what_the_other_uses_of_a_card_say(others: list[Use], found: list[Reason]) -> None:
    assert list(remarks(use(), others, USUAL)) == found


def test_nobody_is_too_far_from_a_place_that_is_not_known() -> None:
    assert list(remarks(use(None), [use(SYDNEY, minutes=1)], USUAL)) == []


def test_distances_are_those_of_a_globe() -> None:
    assert distance_km(PARIS, LYON) == pytest.approx(392, abs=2)
    assert distance_km(PARIS, SYDNEY) == pytest.approx(16_960, rel=0.01)
    assert distance_km(Position(0, 179.9), Position(0, -179.9)) == pytest.approx(22.2, abs=0.1)


_POSITIONS = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180))


@given(_POSITIONS, _POSITIONS)
def test_a_distance_is_the_same_both_ways_and_never_more_than_half_round(
    one: Position, other: Position
) -> None:
    assert distance_km(one, other) == pytest.approx(distance_km(other, one))
    assert 0 <= distance_km(one, other) <= 20_040


@given(_POSITIONS, _POSITIONS, st.integers(50, 2000), st.integers(0, 10_000))
def test_what_is_too_long_ago_to_look_at_would_say_nothing(
    one: Position, other: Position, kmh: int, seconds: int
) -> None:
    speed = Speed(most=1, within=timedelta(minutes=1), kmh=kmh)
    long_ago = Use(NOW - speed.looks_back - timedelta(seconds=seconds), other)
    assert list(remarks(Use(NOW, one), [long_ago], speed)) == []
