"""CSV of any length, read row by row: what is in memory is one row, and the mistakes that were found.

As `csv_document` reads it, but a mistake spoils its own row alone.
Spec: RFC 4180.
"""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from ocpi.authored.csv_document import field_places, separator_of
from ocpi.authored.flaws import BrokenFile, Flaw, Place

_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class CsvRow:
    """`fields` are those with something in them, by column. `text` is the row as it was written."""

    line: int
    fields: dict[str, str]
    text: tuple[str, ...]


class CsvRows:
    """Use as a context manager. `called` is what the file is called where mistakes are told.

    Raises BrokenFile for a file that cannot be read, or whose header is not as expected.
    """

    def __init__(self, file: Path, *, called: Path, known: Collection[str], needed: Collection[str]) -> None:
        self._file = file
        self._called = called
        self._known = known
        self._needed = needed

    def __enter__(self) -> Self:
        try:
            self._bytes: BinaryIO = self._file.open("rb")
        except OSError as error:
            raise BrokenFile([self.flaw(Place(1, 1), f"cannot be read: {error.strerror}")]) from error
        try:
            self._read_header()
        except BaseException:
            self._bytes.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._bytes.close()

    def __iter__(self) -> Iterator[CsvRow | Flaw]:
        """Each row that is not empty, or what keeps it from being read."""
        reader = csv.reader(self._lines, delimiter=self._separator, strict=True)
        while True:
            line = self._lines.begin()
            try:
                fields = next(reader)
            except StopIteration:
                return
            except UnicodeDecodeError:
                yield self.flaw(Place(line, 1), "is not UTF-8")
            except csv.Error as error:
                yield self.flaw(Place(line, 1), str(error))
            else:
                if any(fields):
                    yield self._row(line, fields)

    def flaw(self, place: Place, text: str) -> Flaw:
        return Flaw(self._called, place, text)

    def place(self, row: CsvRow, column: str | None) -> Place:
        """Of a field, or of the row."""
        at = self.columns.index(column) if column in self.columns else 0
        places = list(field_places(row.text, row.line, self._separator))
        return places[at] if at < len(places) else places[0]

    def _row(self, line: int, fields: list[str]) -> CsvRow | Flaw:
        if len(fields) > len(self.columns):
            return self.flaw(Place(line, 1), f"{len(fields)} fields for {len(self.columns)} columns")
        pairs = zip(self.columns, fields, strict=False)
        told = {name: stripped for name, field in pairs if (stripped := field.strip())}
        return CsvRow(line, told, tuple(self._lines.taken))

    def _read_header(self) -> None:
        self._lines = _Lines(self._bytes)
        try:
            header = next(self._lines, "")
            self._separator = separator_of(header)
            self.columns = [
                name.strip() for name in next(csv.reader([header], delimiter=self._separator), [])
            ]
        except UnicodeDecodeError as error:
            raise BrokenFile([self.flaw(Place(1, 1), "is not UTF-8")]) from error
        if flaws := list(self._header_flaws(header)):
            raise BrokenFile(flaws)

    def _header_flaws(self, header: str) -> Iterator[Flaw]:
        places = field_places([header], 1, self._separator)
        for name, place in zip(self.columns, places, strict=False):
            if name not in self._known:
                yield self.flaw(place, f"{name}: is not known here")
            elif self.columns.count(name) > 1:
                yield self.flaw(place, f"{name}: is there twice")
        for name in self._needed:
            if name not in self.columns:
                yield self.flaw(Place(1, 1), f"{name}: is missing")


class _Lines:
    """Decoded one by one; `taken` are those since `begin`."""

    def __init__(self, lines: BinaryIO) -> None:
        self._lines = lines
        self._number = 0
        self.taken: list[str] = []

    def begin(self) -> int:
        """The number of the line that comes next."""
        self.taken = []
        return self._number + 1

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        raw = next(self._lines)
        self._number += 1
        line = (raw.removeprefix(_MARK) if self._number == 1 else raw).decode()
        self.taken.append(line)
        return line
