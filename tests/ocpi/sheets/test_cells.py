"""Cells of CSV. Attack 62: no text of a stranger's is taken for a formula."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ocpi.sheets.cells import cell


@pytest.mark.parametrize(
    "written",
    [
        '=cmd|"/C calc"!A0',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "＝1",  # noqa: RUF001 - a wide letter
        '=HYPERLINK("http://x")',
    ],
)
def test_what_looks_like_a_formula_is_told_as_text(written: str) -> None:
    assert cell(written) == f"'{written}"
    out = io.StringIO(newline="")
    csv.writer(out).writerow([cell(written), "next"])
    assert next(csv.reader(io.StringIO(out.getvalue(), newline=""))) == [f"'{written}", "next"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Gare du Nord", "Gare du Nord"),
        ("a=b", "a=b"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (7, "7"),
        (Decimal("-2.40"), "-2.40"),
        (Decimal("1E+3"), "1000"),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00Z"),
    ],
)
def test_everything_else_is_told_as_it_is(value: object, told: str) -> None:
    assert cell(value) == told
