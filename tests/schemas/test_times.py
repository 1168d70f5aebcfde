"""What is read as an instant. Cases C-043, C-044."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.times import DateTime, datetime_text

INSTANT: TypeAdapter[datetime] = TypeAdapter(DateTime)


@pytest.mark.parametrize(
    "text",
    [
        "2015-06-29T20:39:09Z",
        "2015-06-29T20:39:09",
        "2015-06-29t20:39:09z",
        "2015-06-29 20:39:09",
        "2015-06-29T20:39:09.0Z",
        "2015-06-29T20:39:09.000000000Z",
        "2015-06-29T20:39:09+00:00",
        "2015-06-29T22:39:09+02:00",
        "2015-06-29T22:39:09+0200",
        "2015-06-29T15:09:09-05:30",
    ],
)
def test_every_usual_spelling_is_the_same_instant(text: str) -> None:
    read = INSTANT.validate_python(text)

    assert read == datetime(2015, 6, 29, 20, 39, 9, tzinfo=UTC)
    assert read.tzinfo is UTC


def test_the_agreed_time_for_missing_cdr_times_is_read() -> None:
    assert INSTANT.validate_python("1970-1-1T00:00:00Z") == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fraction", "milliseconds"), [("1", 100), ("12", 120), ("123", 123), ("1239", 123), ("0004", 0)]
)
def test_fractions_are_cut_to_the_millisecond(fraction: str, milliseconds: int) -> None:
    read = INSTANT.validate_python(f"2015-06-29T20:39:09.{fraction}Z")

    assert read.microsecond == milliseconds * 1000


@pytest.mark.parametrize(
    "value",
    [
        "2015-02-29T20:39:09Z",
        "2015-13-01T00:00:00Z",
        "2015-06-29T24:00:01Z",
        "2015-06-29T20:60:00Z",
        "2015-06-29",
        "20150629T203909Z",
        "2015-W27-1T20:39:09Z",
        "2015-06-29T20:39Z",
        "2015-06-29T20:39:09+25:00",
        "0001-01-01T00:00:00+02:00",
        "0000-01-01T00:00:00Z",
        "٢٠١٥-06-29T20:39:09Z",
        "now",
        "",
        1435610349,
        True,
        None,
        datetime(2015, 6, 29),  # noqa: DTZ001 - the mistake itself
    ],
)
def test_what_is_no_instant_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python(value)


def test_another_zone_becomes_utc() -> None:
    paris = datetime(2026, 3, 1, 9, 0, tzinfo=timezone(timedelta(hours=1)))

    read = INSTANT.validate_python(paris)

    assert (read, read.tzinfo) == (paris, UTC)


@given(
    st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
)
def test_an_instant_survives_its_text(instant: datetime) -> None:
    assert INSTANT.validate_python(datetime_text(instant)) == instant


@given(st.text(max_size=30))
def test_any_text_is_an_instant_or_refused(text: str) -> None:
    try:
        read = INSTANT.validate_python(text)
    except ValidationError:
        return
    assert read.tzinfo is UTC
