"""A file's rows as cards or contracts, a batch at a time; what is wrong with the others.

What stays in memory, however long the file is: a batch, the names that were read, and the first mistakes.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from ocpi.authored.csv_rows import CsvRow, CsvRows
from ocpi.authored.document import TEXTS
from ocpi.authored.flaws import Flaw

MOST_FLAWS: Final = 1000
"""More are counted, and not told."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Entry(Generic[Item]):
    row: CsvRow
    item: Item


@dataclass(frozen=True, slots=True)
class Objection:
    """What no model knows to be wrong, in a column."""

    column: str
    text: str


class RowKind(Protocol[Item]):
    """What a row of a file is."""

    @property
    def columns(self) -> Collection[str]: ...
    @property
    def needed(self) -> Collection[str]: ...
    @property
    def adapter(self) -> TypeAdapter[list[Item]]: ...

    def name(self, item: Item) -> str: ...
    def objection(self, item: Item) -> Objection | None: ...


@dataclass(slots=True)
class Flaws:
    """`first` in the order of the file, as far as they are told."""

    first: list[Flaw] = field(default_factory=list)
    rows: int = 0

    def add(self, *of_one_row: Flaw) -> None:
        self.rows += 1
        self.first += of_one_row[: MOST_FLAWS - len(self.first)]


class Reading(Generic[Item]):
    """One reading of a file from its beginning to its end; `rows` counts what was read."""

    def __init__(self, file: Path, called: Path, kind: RowKind[Item]) -> None:
        self._kind = kind
        self._csv = CsvRows(file, called=called, known=kind.columns, needed=kind.needed)
        self.flaws = Flaws()
        self.names: set[str] = set()
        self.rows = 0

    def batches(self, size: int) -> Iterator[list[Entry[Item]]]:
        """Raises BrokenFile for a file that cannot be read, or whose header is not as expected."""
        with self._csv as rows:
            following = iter(rows)
            while portion := list(islice(following, size)):
                self.rows += len(portion)
                yield list(self._fitting(portion))

    def _fitting(self, portion: Sequence[CsvRow | Flaw]) -> Iterator[Entry[Item]]:
        """Mistakes are told in the order of the rows, whoever finds them."""
        rows = [each for each in portion if isinstance(each, CsvRow)]
        read = iter(self._read(rows))
        for each in portion:
            told = [each] if isinstance(each, Flaw) else next(read)
            entry = self._judged(told) if isinstance(told, Entry) else told
            if isinstance(entry, Entry):
                yield entry
            else:
                self.flaws.add(*entry)

    def _read(self, rows: Sequence[CsvRow]) -> list[Entry[Item] | list[Flaw]]:
        try:
            items = self._kind.adapter.validate_python([row.fields for row in rows])
        except ValidationError:
            return [self._read_one(row) for row in rows]
        return [Entry(row, item) for row, item in zip(rows, items, strict=True)]

    def _read_one(self, row: CsvRow) -> Entry[Item] | list[Flaw]:
        try:
            (item,) = self._kind.adapter.validate_python([row.fields])
        except ValidationError as error:
            return list(self._told(row, error))
        return Entry(row, item)

    def _told(self, row: CsvRow, error: ValidationError) -> Iterator[Flaw]:
        for detail in error.errors(include_url=False, include_input=False, include_context=False):
            column = next((str(each) for each in detail["loc"] if each in self._kind.columns), None)
            text = TEXTS.get(detail["type"], detail["msg"].removeprefix("Value error, "))
            yield self._flaw(row, column, text if column is None else f"{column}: {text}")

    def _judged(self, entry: Entry[Item]) -> Entry[Item] | list[Flaw]:
        name = self._kind.name(entry.item)
        if name in self.names:
            column = next(iter(self._kind.needed))
            return [self._flaw(entry.row, column, f"{column}: is in an earlier row already")]
        self.names.add(name)
        objection = self._kind.objection(entry.item)
        if objection is not None:
            return [self._flaw(entry.row, objection.column, f"{objection.column}: {objection.text}")]
        return entry

    def _flaw(self, row: CsvRow, column: str | None, text: str) -> Flaw:
        return self._csv.flaw(self._csv.place(row, column), text)
