"""An export as JSON, as one JSON document a line, and as CSV for a spreadsheet. Pure.

JSON holds each object as its owner sent it. CSV holds the fields that accounts are made of; what has no
column there is in the other two.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import orjson

from hub.export.lines import ExportLine
from ocpi.sheets.cells import cell
from ocpi.wire import envelope
from schemas import codec
from schemas.kinds import ObjectKind

_CHARGE: Final = ("session_id", "start_date_time", "end_date_time", "currency")
_TOKEN: Final = ("cdr_token/uid", "cdr_token/contract_id", "auth_method", "authorization_reference")
_COLUMNS: Final[Mapping[ObjectKind, Sequence[str]]] = {
    ObjectKind.CDR: (
        *("seq", "received_at", "state", "clean", "findings", "reason", "owner", "to", "id", "hash"),
        *_CHARGE,
        *("total_energy", "total_time", "total_parking_time", "total_cost/before_taxes", "taxes"),
        *_TOKEN,
        *("cdr_location/id", "cdr_location/name", "cdr_location/address", "cdr_location/city"),
        *("cdr_location/country", "cdr_location/evse_uid", "cdr_location/evse_id"),
        *("credit", "credit_reference_id", "invoice_reference_id", "remark", "last_updated"),
    ),
    ObjectKind.SESSION: (
        *("seq", "received_at", "owner", "to", "id", "hash"),
        *(
            "status",
            "start_date_time",
            "end_date_time",
            "currency",
            "kwh",
            "total_cost/before_taxes",
            "taxes",
        ),
        *_TOKEN,
        *("location_id", "evse_uid", "connector_id", "last_updated"),
    ),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """What is exported at once: lines behind the number `after`, up to `following`."""

    kind: ObjectKind
    lines: Sequence[ExportLine]
    after: int
    following: int
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Format:
    content_type: str
    write: Callable[[Piece], bytes]


def _json(piece: Piece) -> bytes:
    told = {"after": piece.after, "next": piece.following, "more": piece.goes_on}
    lines = envelope.json_list(map(_document, piece.lines))
    return _with(orjson.dumps(told), piece.kind.module, lines)


def _ndjson(piece: Piece) -> bytes:
    """Line breaks in an object are blanks between its members: a string has none."""
    one_line = (_document(line).replace(b"\n", b" ").replace(b"\r", b" ") for line in piece.lines)
    return b"".join(line + b"\n" for line in one_line)


def _csv(piece: Piece) -> bytes:
    columns = _COLUMNS[piece.kind]
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(columns)
    for line in piece.lines:
        values = _values(line)
        writer.writerow([cell(values(column)) for column in columns])
    return written.getvalue().encode()


FORMATS: Final[Mapping[str, Format]] = {
    "json": Format("application/json", _json),
    "ndjson": Format("application/x-ndjson", _ndjson),
    "csv": Format("text/csv", _csv),
}


def _document(line: ExportLine) -> bytes:
    body = b"null" if line.body is None else line.body.strip()
    return _with(orjson.dumps(line.facts), line.kind.value, body)


def _with(document: bytes, name: str, value: bytes) -> bytes:
    return document[:-1] + b"," + orjson.dumps(name) + b":" + value + b"}"


def _values(line: ExportLine) -> Callable[[str], object]:
    """What stands in a column: a fact of ours, else a field of the object, by its path."""
    value: Any = {} if line.body is None else codec.decode(line.body)
    codes = " ".join(each["code"] for each in line.facts.get("findings", ()))
    facts = {**line.facts, "findings": codes, "taxes": _taxes(value)}

    def of(column: str) -> object:
        return facts[column] if column in facts else _at(value, column)

    return of


def _at(value: Any, path: str) -> object:
    for name in path.split("/"):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _taxes(value: Any) -> Decimal | None:
    """All taxes of the total together."""
    taxes = _at(value, "total_cost/taxes")
    if not isinstance(taxes, list):
        return None
    amounts = [each.get("amount") for each in taxes if isinstance(each, dict)]
    return sum((Decimal(each) for each in amounts if isinstance(each, int | Decimal)), Decimal(0))
