"""What is read as a number, and what is not."""

from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.codec import decode
from schemas.numbers import EXACT, Integer, Number

NUMBER: TypeAdapter[Decimal] = TypeAdapter(Number)
INTEGER: TypeAdapter[int] = TypeAdapter(Integer)


@pytest.mark.parametrize(
    ("json", "number"),
    [
        (b"1", "1"),
        (b"-1.50", "-1.50"),
        (b"1e2", "100"),
        (b'"0.25"', "0.25"),
        (b'"-3"', "-3"),
        (b'"2.5e-1"', "0.25"),
    ],
)
def test_a_number_may_be_quoted(json: bytes, number: str) -> None:
    assert NUMBER.validate_python(decode(json)) == Decimal(number)


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        "",
        " 1",
        "1_000",
        "0x10",
        "NaN",
        "Infinity",
        "1,5",
        "\N{ARABIC-INDIC DIGIT ONE}",
        [],
        {},
        "9" * 35,
        Decimal("NaN"),
        Decimal("1E+35"),
        Decimal("1E-35"),
        Decimal("1." + "1" * 34),
    ],
)
def test_what_no_database_could_keep_as_a_number_is_none(value: object) -> None:
    with pytest.raises(ValidationError):
        NUMBER.validate_python(value)


@pytest.mark.parametrize("value", ["9" * 34, Decimal("1E+34"), Decimal("1E-34"), Decimal("1." + "1" * 33)])
def test_what_a_database_can_keep_is_a_number(value: object) -> None:
    assert NUMBER.validate_python(value) == Decimal(str(value))


def test_sums_are_exact_where_the_usual_context_rounds() -> None:
    large, small = Decimal("9" * 34), Decimal("1E-34")

    assert EXACT.subtract(EXACT.add(large, small), large) == small


def test_a_binary_fraction_is_refused() -> None:
    """It came through a door that loses digits."""
    with pytest.raises(ValidationError):
        NUMBER.validate_python(1 / 4)


@pytest.mark.parametrize(("value", "integer"), [(16, 16), (Decimal("16.0"), 16), ("16", 16), (Decimal(0), 0)])
def test_an_integer_may_be_quoted_or_carry_an_empty_fraction(value: object, integer: int) -> None:
    read = INTEGER.validate_python(value)

    assert read == integer
    assert type(read) is int


@pytest.mark.parametrize("value", [True, Decimal("16.5"), "16.5", "", None])
def test_what_is_not_whole_is_no_integer(value: object) -> None:
    with pytest.raises(ValidationError):
        INTEGER.validate_python(value)
