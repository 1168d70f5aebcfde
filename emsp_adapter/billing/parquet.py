"""Bills as Parquet, a row group at a time; needs pyarrow (`passerelle[parquet]`).

Amounts are decimal128(38, 18): exact, with every digit that is kept of them.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Final

from emsp_adapter.billing.amounts import PLACES
from emsp_adapter.billing.columns import COLUMNS, Kind, Line

DIGITS: Final = 38


def is_possible() -> bool:
    return find_spec("pyarrow") is not None


class ParquetTable:
    def __init__(self) -> None:
        import pyarrow as pa  # noqa: PLC0415 - an extra, and slow to load
        from pyarrow import parquet  # noqa: PLC0415

        self._arrow = pa
        self._written = _Written()
        self._schema = _schema(pa)
        self._writer = parquet.ParquetWriter(self._written, self._schema, compression="snappy")

    def head(self) -> bytes:
        return self._written.taken()

    def lines(self, lines: Sequence[Line]) -> bytes:
        columns = [[_value(column.of(line)) for line in lines] for column in COLUMNS]
        arrays = [
            self._arrow.array(values, field.type) for values, field in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        return self._written.taken()

    def foot(self) -> bytes:
        self._writer.close()
        return self._written.taken()


class _Written:
    """A file that is read while it is written; nobody goes back in it."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        self._length += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._length

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _schema(pa: Any) -> Any:
    types = {
        Kind.TEXT: pa.string(),
        Kind.NUMBER: pa.int64(),
        Kind.DECIMAL: pa.decimal128(DIGITS, PLACES),
        Kind.INSTANT: pa.timestamp("ms", tz="UTC"),
        Kind.FLAG: pa.bool_(),
    }
    return pa.schema([(column.name, types[column.kind]) for column in COLUMNS])


def _value(value: object) -> object:
    """Enums are texts."""
    return str(value) if isinstance(value, str) else value
