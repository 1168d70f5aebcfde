"""What is news in a schedule that a station tells again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cpo_adapter.ocpp.schedules import Limit, RateUnit, Schedule
from cpo_adapter.smart_charging.rendering import is_news

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def schedule(*limits: tuple[int, int], after_s: int = 0, **changes: Any) -> Schedule:
    """In A from noon on, as a station tells it `after_s` seconds later."""
    told = {"unit": RateUnit.A, "lasts_s": 3600, **changes}
    spelled = tuple(Limit(begins_s, Decimal(rate)) for begins_s, rate in limits)
    return Schedule(begins_at=NOON + timedelta(seconds=after_s), limits=spelled, **told)


TOLD = schedule((0, 16), (600, 10))


@pytest.mark.parametrize(
    "again",
    [
        TOLD,
        schedule((0, 16), (300, 10), after_s=300),
        schedule((0, 16), (298, 10), after_s=300),
        schedule((0, 16), (300, 10), (3450, 6), after_s=300),
    ],
    ids=["the same", "told later", "rounded", "with what follows its end"],
)
def test_what_says_the_same_is_no_news(again: Schedule) -> None:
    assert not is_news(TOLD, again, NOON + timedelta(seconds=300))


@pytest.mark.parametrize(
    "again",
    [
        schedule((0, 16), after_s=300),
        schedule((0, 8), (300, 10), after_s=300),
        schedule((0, 16), (300, 6), after_s=300),
        schedule((0, 16), (200, 10), after_s=300),
        schedule(after_s=300),
        schedule((0, 16), (300, 10), after_s=300, unit=RateUnit.W),
    ],
    ids=["less", "another rate now", "another rate later", "earlier", "no limits", "another unit"],
)
def test_what_says_something_else_is_news(again: Schedule) -> None:
    assert is_news(TOLD, again, NOON + timedelta(seconds=300))


def test_what_was_told_has_an_end() -> None:
    again = schedule((0, 10), after_s=3600)

    assert is_news(None, TOLD, NOON)
    assert is_news(TOLD, again, NOON + timedelta(seconds=3600))
