from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ocpi.delivery.policy import LONGEST_PAUSE, Facts, Park, Retry, decide
from ocpi.delivery.refusals import Refusals
from ocpi.errors import DeliveryError, Rejected, TimedOut, Unreachable, Unreadable

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AWAY = Facts(error=Unreachable("away"), attempts=1, since=NOW, now=NOW, is_bill=False, spread=0.0)


def refusal(http: int = 200, ocpi: int | None = 2001, retry_after_s: float | None = None) -> Rejected:
    return Rejected("no", http=http, ocpi=ocpi, retry_after_s=retry_after_s)


def pause(facts: Facts) -> timedelta:
    decision = decide(facts)
    assert isinstance(decision, Retry)
    return decision.at - facts.now


@pytest.mark.parametrize(
    "error", [Unreachable("x"), TimedOut("x"), Unreadable("x"), refusal(500), refusal(401, None)]
)
def test_a_partner_in_trouble_is_tried_for_ever_with_a_bounded_pause(error: DeliveryError) -> None:
    late = replace(AWAY, error=error, attempts=1000, since=NOW - timedelta(days=365))
    assert pause(late) == LONGEST_PAUSE


def test_pauses_double() -> None:
    seconds = [pause(replace(AWAY, attempts=attempts)).total_seconds() for attempts in (1, 2, 3, 4)]
    assert seconds == [1, 2, 4, 8]


def test_partners_do_not_return_in_step() -> None:
    assert pause(replace(AWAY, spread=0.5)) == timedelta(seconds=1.25)


def test_retry_after_is_honoured() -> None:
    assert pause(replace(AWAY, error=refusal(429, None, retry_after_s=90))) == timedelta(seconds=90)


def refused(count: int, status: int = 2001, since: datetime = NOW) -> Refusals:
    return Refusals(count, status, since)


def test_an_object_that_is_refused_three_times_is_parked() -> None:
    assert isinstance(decide(replace(AWAY, error=refusal(), refused=refused(2))), Retry)
    parked = decide(replace(AWAY, error=refusal(), refused=refused(3)))
    assert parked == Park("refused 3 times: no")


def test_a_bill_is_parked_after_three_refusals_over_a_whole_day() -> None:
    bill = replace(AWAY, error=refusal(), is_bill=True)
    first = pause(replace(bill, refused=refused(1)))
    second = pause(replace(bill, refused=refused(2), now=NOW + first))
    assert first + second == timedelta(hours=24)
    assert isinstance(decide(replace(bill, refused=refused(3), now=NOW + timedelta(hours=23))), Retry)
    assert isinstance(decide(replace(bill, refused=refused(3), now=NOW + timedelta(hours=24))), Park)


def test_a_bill_that_is_refused_for_another_reason_is_counted_anew() -> None:
    before = refused(2, status=2003)
    later = NOW + timedelta(hours=5)
    assert before.and_also(refusal(), later, is_bill=True) == Refusals(1, 2001, later)
    assert before.and_also(refusal(ocpi=2003), later, is_bill=True) == refused(3, status=2003)
    assert before.and_also(refusal(), later, is_bill=False).count == 3


def mended(pause: timedelta) -> Retry:
    return Retry(NOW + pause, after_dependencies=True)


def test_a_bill_whose_location_is_unknown_follows_it_at_once_and_then_as_any_other() -> None:
    bill = replace(AWAY, error=refusal(ocpi=2003), is_bill=True)
    assert decide(replace(bill, refused=refused(1, 2003))) == mended(timedelta(seconds=1))
    assert decide(replace(bill, refused=refused(2, 2003))) == mended(timedelta(hours=1))
    late = replace(bill, now=NOW + timedelta(hours=1))
    assert decide(replace(late, refused=refused(3, 2003))) == mended(timedelta(hours=24))
    assert isinstance(decide(replace(bill, refused=refused(4, 2003), now=NOW + timedelta(1))), Park)


def test_a_bill_whose_receiver_is_away_is_parked_after_a_week_and_not_before() -> None:
    bill = replace(AWAY, is_bill=True, attempts=500)
    assert isinstance(decide(replace(bill, since=NOW - timedelta(days=6, hours=23))), Retry)
    assert isinstance(decide(replace(bill, since=NOW - timedelta(days=7))), Park)
    anything = replace(bill, is_bill=False, since=NOW - timedelta(days=7))
    assert isinstance(decide(anything), Retry)
    assert isinstance(decide(replace(anything, expires=True)), Park)


@pytest.mark.parametrize("status", [3000, 3001, 4003])
def test_a_platform_that_says_it_is_in_trouble_is_not_refusing(status: int) -> None:
    assert isinstance(decide(replace(AWAY, error=refusal(200, status), attempts=50)), Retry)
