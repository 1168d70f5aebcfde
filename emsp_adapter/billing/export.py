"""Bills for accounts, as a stream: CSV, one JSON document a line, and Parquet.

Lines stand in the order in which the bills came. An export ends with what had settled when it began, however
many more come while it runs; whoever goes on behind its last number misses nothing and gets nothing twice.
No more than some hundred bills are in memory at a time.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from emsp_adapter.billing.auditor import Auditor
from emsp_adapter.billing.columns import COLUMNS, Line
from emsp_adapter.billing.filters import Filter
from emsp_adapter.billing.parquet import ParquetTable
from emsp_adapter.billing.row import Row
from emsp_adapter.billing.rows import Rows
from emsp_adapter.billing.shown import facts
from ocpi.objects.store import ObjectStore
from ocpi.sheets.cells import cell
from schemas import codec

AT_ONCE: Final = 500


class Table(Protocol):
    """What is written of some lines, and what stands before and behind them all."""

    def head(self) -> bytes: ...
    def lines(self, lines: Sequence[Line]) -> bytes: ...
    def foot(self) -> bytes: ...


class CsvTable:
    def head(self) -> bytes:
        return _csv([[column.name for column in COLUMNS]])

    def lines(self, lines: Sequence[Line]) -> bytes:
        return _csv([[cell(column.of(line)) for column in COLUMNS] for line in lines])

    def foot(self) -> bytes:
        return b""


class NdjsonTable:
    """Line breaks in an object are blanks between its members: a string has none."""

    def head(self) -> bytes:
        return b""

    def lines(self, lines: Sequence[Line]) -> bytes:
        return b"".join(map(_document, lines))

    def foot(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class Format:
    content_type: str
    table: type[Table]


FORMATS: Final[Mapping[str, Format]] = {
    "csv": Format("text/csv", CsvTable),
    "ndjson": Format("application/x-ndjson", NdjsonTable),
    "parquet": Format("application/vnd.apache.parquet", ParquetTable),
}


class Exports:
    def __init__(self, *, rows: Rows, store: ObjectStore, auditor: Auditor) -> None:
        self._rows = rows
        self._store = store
        self._auditor = auditor

    async def settled(self) -> int:
        """The number up to which an export that begins now goes."""
        return await self._auditor.catch_up()

    async def write(self, table: Table, wanted: Filter, *, after: int, until: int) -> AsyncIterator[bytes]:
        yield table.head()
        async for rows in self._rows.each(wanted, after=after, until=until, at_once=AT_ONCE):
            lines = await self._lines(rows)
            yield await asyncio.to_thread(table.lines, lines)
        yield table.foot()

    async def _lines(self, rows: Sequence[Row]) -> list[Line]:
        held = await self._store.by_ids([row.object_id for row in rows])
        bills = [(row, held[row.object_id]) for row in rows if row.object_id in held]
        return [Line.of(row, bill.value(), bill.body) for row, bill in bills]


def _csv(lines: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows(lines)
    return written.getvalue().encode()


def _document(line: Line) -> bytes:
    body = line.body.strip().replace(b"\n", b" ").replace(b"\r", b" ")
    return codec.encode(facts(line.row))[:-1] + b',"cdr":' + body + b"}\n"
