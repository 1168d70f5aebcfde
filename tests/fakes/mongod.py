"""A real mongod that a test may freeze, cut off, kill and start again; its address stays the same.

In front of it stands a relay on a port of its own, because mongod comes back on another one.
"""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from ocpi.process.embedded_mongo import EmbeddedMongo

_A_PIECE = 1 << 16
_LARGE_BYTES = 4 << 30


def memory() -> Path | None:
    """Where files are memory, if there is plenty: nothing that a test run writes has to reach a disk."""
    memory = Path("/dev/shm")  # noqa: S108 - whoever uses it makes a folder of its own there
    is_large = memory.is_dir() and shutil.disk_usage(memory).free > _LARGE_BYTES
    return memory if is_large else None


class OwnMongod:
    """`url` reaches it as long as it is there."""

    def __init__(self, folder: Path) -> None:
        self.url = ""
        self._folder = folder
        self._embedded = EmbeddedMongo.start(folder)
        self._relay: asyncio.Server | None = None
        self._port = 0
        self._writers: set[asyncio.StreamWriter] = set()

    async def listen(self) -> None:
        self._relay = await asyncio.start_server(self._pass_on, "127.0.0.1", self._port)
        self._port = self._relay.sockets[0].getsockname()[1]
        self.url = f"mongodb://127.0.0.1:{self._port}/?directConnection=true"

    def freeze(self) -> None:
        """Connections stay, nothing answers."""
        os.kill(self._embedded.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._embedded.pid, signal.SIGCONT)

    async def kill(self) -> None:
        """As a power cut does it."""
        self.cut_off()
        os.kill(self._embedded.pid, signal.SIGKILL)
        await asyncio.to_thread(self._embedded.stop)

    async def come_back(self) -> None:
        self._embedded = EmbeddedMongo.start(self._folder)
        await self.listen()

    def cut_off(self) -> None:
        """Nobody listens any more, and every connection ends."""
        if self._relay is not None:
            self._relay.close()
        for writer in self._writers:
            writer.transport.abort()

    async def end(self) -> None:
        with suppress(ProcessLookupError):
            await self.kill()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = urlsplit(self._embedded.url).port
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        self._writers.update((writer, there_writer))
        try:
            await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))
        finally:
            self._writers.difference_update((writer, there_writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, OSError):
        while piece := await reader.read(_A_PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def own_mongod() -> AsyncIterator[OwnMongod]:
    with tempfile.TemporaryDirectory(dir=memory(), ignore_cleanup_errors=True) as folder:
        mongod = OwnMongod(Path(folder) / "mongod")
        await mongod.listen()
        try:
            yield mongod
        finally:
            await mongod.end()
