from datetime import timedelta

import pytest

from emsp_adapter.webhooks.schedule import PAUSES, Outcome, pause

REFUSED = Outcome(500)


def test_ten_attempts_are_made_over_three_days() -> None:
    pauses = [pause(REFUSED, attempts, 0) for attempts in range(1, 11)]
    assert pauses == [*PAUSES, None]
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < timedelta(days=4)


@pytest.mark.parametrize("status", [200, 204, 299])
def test_any_success_is_taken(status: int) -> None:
    assert Outcome(status).is_taken


@pytest.mark.parametrize("status", [None, 100, 301, 302, 404, 410, 500])
def test_anything_else_is_not(status: int | None) -> None:
    assert not Outcome(status).is_taken


def test_who_wants_no_more_is_not_tried_again() -> None:
    assert pause(Outcome(410), 1, 0) is None


def test_who_is_busy_says_for_how_long_within_a_day() -> None:
    assert pause(Outcome(429, None, 100), 1, 0) == timedelta(seconds=100)
    assert pause(Outcome(503, None, 10**8), 1, 0) == timedelta(hours=24)
    assert pause(Outcome(500, None, 100), 1, 0) == PAUSES[0]
    assert pause(Outcome(429, None, 1), 2, 0) == PAUSES[1]


def test_what_failed_together_does_not_come_back_together() -> None:
    later = pause(REFUSED, 2, 0.5)
    assert later == PAUSES[1] * 1.05
