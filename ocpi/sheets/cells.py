"""A value as one cell of CSV. Pure.

What strangers wrote may look like a formula to the program that opens the file; it is told as text then, with
the apostrophe that such programs know. Numbers are ours to write, so a negative amount stays a number.
"""

from datetime import datetime
from decimal import Decimal
from typing import Final

from schemas.times import datetime_text

_BEGIN_FORMULAS: Final = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - wide letters are read as narrow ones


def cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return format(value, "f") if isinstance(value, Decimal) else str(value)
        case datetime():
            return datetime_text(value)
        case _:
            return as_text(str(value))


def as_text(written: str) -> str:
    first = written.lstrip(" ")[:1] or written[:1]
    return f"'{written}" if first in _BEGIN_FORMULAS else written
