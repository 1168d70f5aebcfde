"""Statements as JSON, and their lines as CSV. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

from emsp_adapter.billing.statement import Line, Movement
from ocpi.process.mongo import Document
from ocpi.sheets.cells import cell

COLUMNS: Final = (
    *("kind", "cdr", "session", "end_date_time", "currency", "energy_kwh", "excl_tax", "incl_tax"),
    *("disputed", "difference_excl_tax", "difference_incl_tax"),
)
_SHOWN: Final = (
    *("cpo", "month", "zone", "since", "until", "state", "bills", "currencies", "unjudged"),
    *("begun_at", "closed_at", "by"),
)
COVERED: Final = "COVERED"
"""Of a CDR that a statement covers and that is worth nothing by itself: taken back, a credit, a duplicate."""


def shown(document: Document) -> dict[str, Any]:
    return {name: document[name] for name in _SHOWN if name in document}


def head() -> bytes:
    return _csv([COLUMNS])


def table(lines: Sequence[Line]) -> bytes:
    return _csv([[cell(value) for value in values] for line in lines for values in _rows(line)])


def of_line(line: Line) -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS, values, strict=True)) for values in _rows(line)]


def _rows(line: Line) -> Iterator[tuple[object, ...]]:
    """Each movement, then the bills without one; the session is the last part of the chain's name."""
    session = line.chain.split("|", 2)[2]
    moved = {each.cdr for each in line.movements}
    yield from (_of(each, session) for each in line.movements)
    for cdr in line.bills:
        if cdr not in moved:
            yield (COVERED, cdr, session, *(None,) * (len(COLUMNS) - 3))


def _of(moved: Movement, session: str) -> tuple[object, ...]:
    amount, difference = moved.amount, moved.difference
    return (
        moved.kind,
        moved.cdr,
        session,
        moved.end,
        moved.currency,
        moved.energy_kwh,
        None if amount is None else amount.net,
        None if amount is None else amount.gross,
        moved.is_disputed,
        None if difference is None else difference.net,
        None if difference is None else difference.gross,
    )


def _csv(lines: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows(lines)
    return written.getvalue().encode()
