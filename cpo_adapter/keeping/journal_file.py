"""An append-only file of records that survives whatever happens to the process that writes it.

Each record begins with its length and a checksum of both, so that a record that was being written when the
power went is recognised. It was not acknowledged to anybody; what stands there is set aside, never read. An
`append` that returned is on the disk. Not for use by two threads at once.
"""

import fcntl
import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Final, Self

from ocpi.process.failures import StartFailed

_LENGTH: Final = struct.Struct("<I")
_HEAD: Final = struct.Struct("<II")
_LONGEST: Final = 8 << 20
_MOST_PROCESSES: Final = 64
_READ_AT_ONCE: Final = 4 << 20


class JournalUnusable(StartFailed):
    """The folder of the journal cannot be written to; the text is one line."""

    exit_code: ClassVar[int] = os.EX_IOERR


class JournalFile:
    """`size` is where the next record goes. Ours until `close`: other processes see that it is taken."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self.size = self._end_of_whole_records()
        self._set_the_rest_aside()

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """The first that no other process has: after a restart of all, every one finds its owner.

        Raises JournalUnusable.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for number in range(1, _MOST_PROCESSES + 1):
                path = folder / f"{number}.journal"
                if (descriptor := _taken(path)) is not None:
                    _sync_folder(folder)
                    return cls(path, descriptor)
        except OSError as error:
            raise JournalUnusable(f"the journal in {folder} cannot be used: {error.strerror}") from error
        raise JournalUnusable(f"{folder} is in use by {_MOST_PROCESSES} processes")

    @classmethod
    def left_in(cls, folder: Path) -> Iterator[Self]:
        """Those with something in them that no process has."""
        for path in sorted(folder.glob("*.journal")):
            if path.stat().st_size and (descriptor := _taken(path)) is not None:
                yield cls(path, descriptor)

    def append(self, records: Sequence[bytes]) -> None:
        """All of them, durable when it returns, or none. Raises OSError."""
        data = b"".join(map(_framed, records))
        try:
            _write_all(self._descriptor, data, self.size)
            os.fdatasync(self._descriptor)
        except OSError:
            with suppress(OSError):  # what stays is overwritten by the next, or is set aside
                os.ftruncate(self._descriptor, self.size)
            raise
        self.size += len(data)

    def read(self, start: int) -> tuple[list[bytes], int]:
        """Some whole records from `start` on, and where they end."""
        records, end = [], start
        for record, record_end in self._records(start):
            if record_end > self.size:
                break
            records.append(record)
            end = record_end
            if end - start > _READ_AT_ONCE:
                break
        return records, end

    def clear(self) -> None:
        os.ftruncate(self._descriptor, 0)
        os.fdatasync(self._descriptor)
        self.size = 0

    def close(self) -> None:
        os.close(self._descriptor)

    def _records(self, start: int) -> Iterator[tuple[bytes, int]]:
        while (record := self._record_at(start)) is not None:
            start += _HEAD.size + len(record)
            yield record, start

    def _record_at(self, start: int) -> bytes | None:
        head = os.pread(self._descriptor, _HEAD.size, start)
        if len(head) < _HEAD.size:
            return None
        length, checksum = _HEAD.unpack(head)
        if length > _LONGEST:
            return None
        record = os.pread(self._descriptor, length, start + _HEAD.size)
        return record if len(record) == length and _checksum(record) == checksum else None

    def _end_of_whole_records(self) -> int:
        end = 0
        for _, record_end in self._records(0):
            end = record_end
        return end

    def _set_the_rest_aside(self) -> None:
        """A person may look at it; the file goes on where whole records end."""
        rest = os.pread(self._descriptor, os.fstat(self._descriptor).st_size, self.size)
        if rest:
            self.path.with_suffix(".torn").write_bytes(rest)
            os.ftruncate(self._descriptor, self.size)
            os.fdatasync(self._descriptor)


def framed_size(records: Iterable[bytes]) -> int:
    return sum(_HEAD.size + len(record) for record in records)


def _framed(record: bytes) -> bytes:
    return _HEAD.pack(len(record), _checksum(record)) + record


def _checksum(record: bytes) -> int:
    """Of the length too: a stretch of zeros is no record."""
    return zlib.crc32(record, zlib.crc32(_LENGTH.pack(len(record))))


def _taken(path: Path) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _write_all(descriptor: int, data: bytes, start: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, start)
        view, start = view[written:], start + written


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
