from datetime import UTC, datetime

import pytest

from emsp_adapter.billing.filters import wanted
from emsp_adapter.billing.months import month
from ocpi.errors import InvalidParameters


def test_a_month_begins_and_ends_in_the_zone_of_the_issuer() -> None:
    found = month("2026-03", "Europe/Paris")
    assert (found.since, found.until) == (
        datetime(2026, 2, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 31, 22, tzinfo=UTC),
    )


def test_after_december_comes_january() -> None:
    assert month("2026-12", "UTC").until == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("written", ["2026-13", "2026-1", "1999-01", "2026-01-01", "", "٢٠٢٦-01"])
def test_what_is_no_month_is_refused(written: str) -> None:
    with pytest.raises(InvalidParameters):
        month(written, "UTC")


@pytest.mark.parametrize(
    "query",
    [
        {"colour": "red"},
        {"dispute": "ANGRY"},
        {"since": "yesterday"},
        {"credit": "maybe"},
        {"place": "NOWHERE"},
    ],
)
def test_a_filter_that_nobody_knows_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(InvalidParameters):
        wanted(query)
