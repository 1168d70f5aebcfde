"""What a command prints: a table for people, JSON for programs, one line for what went wrong."""

import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NoReturn

import msgspec
import orjson
from rich.console import Console
from rich.table import Table

from schemas.numbers import number_text

EXIT_REFUSED = 1
EXIT_USAGE = 2


def show(rows: Sequence[dict[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    Console().print(table)


def print_json(value: Any) -> None:
    sys.stdout.write(msgspec.json.format(_json(value), indent=2).decode() + "\n")


def print_json_line(value: Any) -> None:
    """For a stream: whoever reads it has the line at once."""
    sys.stdout.write(_json(value).decode() + "\n")
    sys.stdout.flush()


def fail(text: str, code: int = EXIT_REFUSED) -> NoReturn:
    for line in text.splitlines():
        sys.stderr.write(f"passerelle: {line}\n")
    raise SystemExit(code)


def _json(value: Any) -> bytes:
    """With the digits that its fractions have; what is no JSON by itself is its text."""
    return orjson.dumps(value, _spell, orjson.OPT_NON_STR_KEYS)


def _spell(value: Any) -> object:
    return orjson.Fragment(number_text(value)) if isinstance(value, Decimal) else str(value)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_cell(each) for each in value)
    if isinstance(value, dict):
        return " ".join(str(each) for each in value.values())
    return "" if value is None else str(value)
