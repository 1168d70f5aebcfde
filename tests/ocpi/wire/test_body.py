from decimal import Decimal

import pytest

from ocpi.errors import InvalidParameters, MalformedBody
from ocpi.wire.body import MAX_DEPTH, parse, parse_object


@pytest.mark.parametrize(
    "body",
    [b'{"a": 1, "a": 2}', b'{"a": {"b": 1, "b": 1}}', b'{"a": 1, "\\u0061": 2}', b'[{"x": "\\"", "x": 1}]'],
)
def test_a_key_that_stands_twice_is_refused(body: bytes) -> None:
    """Attack: one party for the hub, another for the receiver."""
    with pytest.raises(InvalidParameters, match="twice"):
        parse(body)


@pytest.mark.parametrize("body", [b'{"a": "\\"", "b": "\\u0041"}', b'{"a": {"x": 1}, "b": {"x": 1}}', b'""'])
def test_keys_of_different_objects_may_be_equal(body: bytes) -> None:
    parse(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{} x",
        b"NaN",
        b'{"a": Infinity}',
        b"[" * 100_000,
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
    ],
)
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    """C-030, J-40, J-43, J-44."""
    with pytest.raises(MalformedBody):
        parse(body)


def nested(levels: int, inside: bytes = b"1") -> bytes:
    return b'{"a":[' * (levels // 2) + inside + b"]}" * (levels // 2)


@pytest.mark.parametrize("inside", [b"1", b'"\\"{[[[\\n"', b'""'])
def test_nesting_is_bounded(inside: bytes) -> None:
    """J-41; brackets and line breaks inside a text are no levels."""
    parse(nested(MAX_DEPTH, inside))
    for levels in (MAX_DEPTH + 2, 1_000, 100_000):
        with pytest.raises(MalformedBody):
            parse(nested(levels, inside))


def test_a_number_that_no_double_holds_is_kept_and_does_not_hide_a_key() -> None:
    """J-43."""
    assert parse(b'{"a": 1e999}') == {"a": Decimal("1E+999")}
    with pytest.raises(InvalidParameters, match="twice"):
        parse(b'{"a": 1e999, "a": 2}')


def test_a_number_beyond_all_measure_is_refused() -> None:
    with pytest.raises(InvalidParameters, match="too large"):
        parse(b'{"a": 1e99999999999999999999}')


def test_every_digit_of_a_number_survives() -> None:
    assert parse(b'{"kwh": 15.3420000000000001}') == {"kwh": Decimal("15.3420000000000001")}


def test_an_object_is_expected_where_one_is_needed() -> None:
    with pytest.raises(InvalidParameters, match="JSON object"):
        parse_object(b"[]")
