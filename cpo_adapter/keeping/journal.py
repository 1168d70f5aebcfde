"""The journal on this machine's disk: what cannot go to the database now, in the order in which it came.

Many records share one sync of the disk. The file is bounded: when it is full nothing more is kept, and who
brought it is told so. It is emptied once all of it is in the database.
"""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final

from cpo_adapter.keeping.journal_file import JournalFile, framed_size
from cpo_adapter.keeping.model import Kept, read, written
from cpo_adapter.ocpp.rooms import CannotStore
from ocpi.process.batches import Batches
from ocpi.process.tasks import Supervisor

_USUAL: Final = 2 << 10


class Journal:
    """The file is used here alone, by one thread at a time."""

    def __init__(self, file: JournalFile, *, supervisor: Supervisor, limit: int) -> None:
        """`limit` in bytes."""
        self.limit = limit
        self.path = file.path
        self._file = file
        self._given_back = 0  # up to here it is in the database
        self._arriving = 0
        self._is_closed = False
        self._arrivals = count()
        self._turn = asyncio.Lock()
        self._appending = Batches("append to the journal", self._append_all, supervisor)

    @property
    def size(self) -> int:
        """Bytes."""
        return self._file.size

    @property
    def is_empty(self) -> bool:
        """Nothing in it that is not in the database, and nothing on its way into it."""
        return not self._arriving and self._file.size == self._given_back

    @property
    def is_full(self) -> bool:
        """For a message of the usual size."""
        return self._file.size + _USUAL > self.limit

    def held(self) -> Iterator[Kept]:
        """All of it, read at once: before anything else is done with it."""
        start = 0
        while start < self._file.size:
            records, start = self._file.read(start)
            yield from map(read, records)

    def left_behind(self) -> Iterator[JournalFile]:
        """What other processes left beside it, and nobody has; each to be closed."""
        return JournalFile.left_in(self.path.parent)

    async def close(self) -> None:
        """Another process may have the file; from now on nothing is kept."""
        async with self._turn:
            if not self._is_closed:
                self._is_closed = True
                self._file.close()

    async def append(self, kept: Kept) -> None:
        """Durable when it returns. Raises CannotStore."""
        self._arriving += 1
        try:
            await self._appending.add(str(next(self._arrivals)), written(kept))
        except OSError as error:
            raise CannotStore(f"the journal cannot be written: {error.strerror}") from error
        finally:
            self._arriving -= 1

    async def unreturned(self) -> tuple[list[Kept], int]:
        """The oldest that are not in the database, and the mark for `given_back`."""
        async with self._turn:
            if self._is_closed:
                return [], self._given_back
            records, end = await asyncio.to_thread(self._file.read, self._given_back)
        return [read(record) for record in records], end

    async def given_back(self, up_to: int) -> None:
        """The database has them. The file is emptied as soon as that is all of it."""
        async with self._turn:
            self._given_back = up_to
            if not self._is_closed and self._file.size == up_to:
                await asyncio.to_thread(self._file.clear)
                self._given_back = 0

    async def _append_all(self, records: Sequence[bytes]) -> list[Exception | None]:
        async with self._turn:
            if self._is_closed:
                raise CannotStore("the journal is closed")
            fitting = self._fitting(records)
            await asyncio.to_thread(self._file.append, records[:fitting])
        full = CannotStore(f"the journal holds its {self.limit} bytes")
        return [None] * fitting + [full] * (len(records) - fitting)

    def _fitting(self, records: Sequence[bytes]) -> int:
        """How many there is room for, in order."""
        left = self.limit - self._file.size
        for number, record in enumerate(records):
            left -= framed_size([record])
            if left < 0:
                return number
        return len(records)
