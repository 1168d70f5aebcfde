"""When lists are fetched: all once and weekly, what has changed nightly and after an absence."""

from datetime import UTC, datetime, timedelta

import pytest

from ocpi.pulling.rhythm import NOTHING, Extent, Fetched, due, last_night
from schemas.kinds import PartyId

ISSUER = PartyId("NL", "MSP")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
NIGHT = last_night(ISSUER, NOW)
TODAY = NIGHT + timedelta(minutes=5)


def fetched(**changes: object) -> Fetched:
    """All of them yesterday, and what has changed tonight."""
    told: dict[str, object] = {"all_at": NIGHT - timedelta(days=1), "until": TODAY, **changes}
    return Fetched(**told)  # type: ignore[arg-type]


def test_all_are_fetched_of_an_issuer_that_is_new() -> None:
    assert due(NOTHING, ISSUER, NOW, is_away=False) is Extent.ALL


@pytest.mark.parametrize(
    ("known", "extent"),
    [
        (fetched(), None),
        (fetched(until=NIGHT - timedelta(hours=1)), Extent.CHANGED),
        (fetched(until=NIGHT - timedelta(hours=1), all_at=NIGHT - timedelta(days=7)), Extent.ALL),
        (fetched(was_away=True), Extent.CHANGED),
    ],
)
def test_what_has_changed_is_fetched_nightly_and_all_weekly(known: Fetched, extent: Extent | None) -> None:
    assert due(known, ISSUER, NOW, is_away=False) is extent


def test_nothing_is_fetched_of_an_issuer_that_is_away() -> None:
    assert due(NOTHING, ISSUER, NOW, is_away=True) is None


def test_a_fetch_that_failed_is_tried_again_after_a_while() -> None:
    just_now, a_while_ago = NOW - timedelta(minutes=1), NOW - timedelta(minutes=10)
    assert due(Fetched(failed_at=just_now), ISSUER, NOW, is_away=False) is None
    assert due(Fetched(failed_at=a_while_ago), ISSUER, NOW, is_away=False) is Extent.ALL


def test_issuers_have_their_own_minutes_of_the_night() -> None:
    minutes = {last_night(PartyId("NL", f"A{number:02}"), NOW).time() for number in range(40)}
    assert len(minutes) > 20
    assert all(1 <= each.hour < 3 for each in minutes)
    assert last_night(ISSUER, NIGHT - timedelta(seconds=1)) == NIGHT - timedelta(days=1)
