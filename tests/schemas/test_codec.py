"""JSON in and out: no digit is lost, and nothing that is not JSON gets in."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from schemas.codec import MalformedJson, decode, dump, encode
from schemas.types import DisplayText


@pytest.mark.parametrize("digits", ["15.3420000000000001", "0.1", "4.00", "-0.05", "1234567890.123456"])
def test_a_fraction_keeps_every_digit_both_ways(digits: str) -> None:
    assert decode(digits.encode()) == Decimal(digits)
    assert encode(decode(digits.encode())) == digits.encode()


def test_an_exponent_is_written_out() -> None:
    assert encode(Decimal("1E+2")) == b"100"
    assert encode(Decimal("1E-7")) == b"0.0000001"


def test_an_absurd_exponent_does_not_become_a_page_of_zeros() -> None:
    assert encode(decode(b"1e999999")) == b"1E+999999"


def test_an_integer_beyond_64_bits_survives() -> None:
    body = b'{"a":[123456789012345678901234567890],"b":1}'

    assert encode(decode(body)) == body


@pytest.mark.parametrize("number", ["NaN", "Infinity", "sNaN"])
def test_a_decimal_that_is_no_number_has_no_spelling(number: str) -> None:
    with pytest.raises(TypeError):
        encode({"cost": Decimal(number)})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"NaN",
        b"[Infinity]",
        b'{"a":1',
        b"{} {}",
        b"{'a':1}",
        b"01",
        b'"\xff"',
        b'"\\ud800"',
        b'"\x01"',
        b"[" * 100_000,
        b"9" * 5_000,
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        decode(body)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2015, 6, 29, 20, 39, 9, tzinfo=UTC), "2015-06-29T20:39:09Z"),
        (datetime(2015, 6, 29, 20, 39, 9, 7000, UTC), "2015-06-29T20:39:09.007Z"),
        (datetime(2015, 6, 29, 20, 39, 9, 999, UTC), "2015-06-29T20:39:09Z"),
        (datetime(2015, 6, 29, 22, 39, 9, tzinfo=timezone(timedelta(hours=2))), "2015-06-29T20:39:09Z"),
        (datetime(987, 1, 2, tzinfo=UTC), "0987-01-02T00:00:00Z"),
    ],
)
def test_an_instant_ends_in_z_and_shows_milliseconds_only_where_there_are_any(
    instant: datetime, text: str
) -> None:
    """Case C-043."""
    assert encode(instant) == f'"{text}"'.encode()


def test_a_datetime_without_a_zone_is_not_written() -> None:
    with pytest.raises(TypeError):
        encode(datetime(2015, 6, 29))  # noqa: DTZ001 - the mistake itself


def test_what_has_no_place_in_json_is_not_written() -> None:
    with pytest.raises(TypeError):
        encode({"a": object()})


def test_a_model_is_written_wherever_it_stands() -> None:
    text = DisplayText(language="fr", text="Bonjour")

    assert dump(text) == b'{"language":"fr","text":"Bonjour"}'
    assert encode({"data": [text]}) == b'{"data":[{"language":"fr","text":"Bonjour"}]}'
