"""Numbers: exact decimals and integers, never binary fractions.

Spec: types, number and int. The specification asks for four decimals; here every digit that was
sent is kept. Some samples and partners quote their numbers, so a text that spells a number is one.
"""

import re
from decimal import Context, Decimal
from typing import Annotated

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

MAX_DIGITS = 34
"""What a database's Decimal128 holds; more digits than that could be accepted but not stored."""

EXACT = Context(prec=3 * MAX_DIGITS)
"""Arithmetic that rounds no sum or product of two numbers; the usual context keeps 28 digits."""

_SPELLING = re.compile(r"-?[0-9]{1,34}(\.[0-9]{1,34})?([eE][+-]?[0-9]{1,2})?", re.ASCII)


def to_number(value: object) -> Decimal:
    """A Decimal from what a JSON door hands over: int, Decimal or a text that spells a number."""
    return _storable(_decimal(value))


def to_integer(value: object) -> int:
    """An int from an int, or from a number without a fraction."""
    if type(value) is int:
        return value
    number = to_number(value)
    if number != number.to_integral_value():
        raise PydanticCustomError("int_type", "must be a whole number")
    return int(number)


def number_text(number: Decimal) -> str:
    """The JSON spelling, in plain digits unless that would take a page."""
    if not number.is_finite():
        raise ValueError(f"{number} has no JSON spelling")
    text = str(number)
    return format(number, "f") if "E" in text and abs(number.adjusted()) <= MAX_DIGITS else text


def _decimal(value: object) -> Decimal:
    if type(value) is Decimal:
        return value
    if type(value) is int:
        return Decimal(value)
    if isinstance(value, str) and _SPELLING.fullmatch(value):
        return Decimal(value)
    raise PydanticCustomError("number_type", "must be a number")


def _storable(number: Decimal) -> Decimal:
    if (
        not number.is_finite()
        or abs(number.adjusted()) > MAX_DIGITS
        or len(number.as_tuple().digits) > MAX_DIGITS
    ):
        raise PydanticCustomError("number_range", "must be a number of at most 34 digits")
    return number


Number = Annotated[Decimal, PlainValidator(to_number)]
Integer = Annotated[int, PlainValidator(to_integer)]
