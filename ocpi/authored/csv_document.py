"""CSV with places: a header row of names, then one record a row, empty fields absent.

Spreadsheets write a byte order mark and, in half of Europe, semicolons; both are understood.
Spec: RFC 4180.
"""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from ocpi.authored.document import Document, Where, read_text
from ocpi.authored.flaws import BrokenFile, Flaw, Place


def read_csv(file: Path, text: str | None = None) -> Document:
    """The records under the key "row". `text` is what the file holds, where that is known.

    Raises BrokenFile, also for a file that cannot be read.
    """
    return _Table(file, read_text(file) if text is None else text).document()


class _Table:
    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._lines = text.splitlines(keepends=True)
        self._separator = separator_of(self._lines[0] if self._lines else "")

    def document(self) -> Document:
        records = self._records()
        _, names = next(records, (1, []))
        places: dict[Where, Place] = {}
        rows: list[dict[str, str]] = []
        for line, fields in records:
            if len(fields) > len(names):
                raise BrokenFile(
                    [Flaw(self._file, Place(line, 1), f"{len(fields)} fields for {len(names)} columns")]
                )
            places[("row", len(rows))] = Place(line, 1)
            for name, place in zip(
                names, field_places(self._lines[line - 1 :], line, self._separator), strict=False
            ):
                places["row", len(rows), name] = place
            rows.append(
                {name: field.strip() for name, field in zip(names, fields, strict=False) if field.strip()}
            )
        return Document(self._file, {"row": rows}, places)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """First line and fields of each record that is not empty."""
        reader = csv.reader(self._lines, delimiter=self._separator, strict=True)
        line = 1
        try:
            for fields in reader:
                if any(fields):
                    yield line, fields
                line = reader.line_num + 1
        except csv.Error as error:
            raise BrokenFile([Flaw(self._file, Place(reader.line_num, 1), str(error))]) from error


def separator_of(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def field_places(lines: Iterable[str], line: int, separator: str) -> Iterator[Place]:
    """Where each field of the record stands that begins at the start of these lines, the first numbered."""
    yield Place(line, 1)
    is_quoted = False
    for number, text in enumerate(lines, start=line):
        for column, character in enumerate(text, start=1):
            is_quoted ^= character == '"'
            if character == separator and not is_quoted:
                yield Place(number, column + 1)
        if not is_quoted:
            return
