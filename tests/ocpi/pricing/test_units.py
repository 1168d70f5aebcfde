"""Numbers in and out of whole units."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocpi.pricing import instants
from ocpi.pricing.units import NumberRefused, decimal_text, scaled


@given(st.integers(-(10**20), 10**20), st.integers(0, 10))
def test_a_number_comes_out_as_it_went_in(units: int, places: int) -> None:
    assert scaled(Decimal(decimal_text(units, places)), 10**places) == units


@pytest.mark.parametrize(
    ("number", "units"), [("0.0000005", 0), ("0.0000015", 2), ("15.3419999999", 15_342_000)]
)
def test_digits_beyond_the_scale_are_rounded_half_to_even(number: str, units: int) -> None:
    assert scaled(Decimal(number), 10**6) == units


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity", "1e100000", "-1e999999999"])
def test_what_no_price_can_be_is_refused_at_once(number: str) -> None:
    with pytest.raises(NumberRefused):
        scaled(Decimal(number), 10**10)


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-15T10:00:00Z",
        "2024-01-15T10:00:00",
        "2024-01-15T11:00:00+01:00",
        "2024-01-15T10:00:00.000Z",
        "2024-01-15 10:00:00Z",
    ],
)
def test_a_datetime_is_utc_whatever_its_spelling(text: str) -> None:
    assert instants.moment(instants.parse(text)) == datetime(2024, 1, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "0001-01-01"]
)
def test_an_instant_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(instants.InstantRefused):
        instants.parse(text)
