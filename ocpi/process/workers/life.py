"""One process of a worker, from its start to its end.

It holds the writing end of a pipe: a byte says that it serves, and the kernel closes the pipe when the
process is gone, however it went. So nobody asks whether it still lives.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Self

from ocpi.process.child import spawn_leashed


class Life:
    """Ends with the parent, too."""

    def __init__(self, process: subprocess.Popen[bytes], news: "_News") -> None:
        self.pid = process.pid
        self._process = process
        self._news = news

    @classmethod
    async def begin(
        cls, command: Sequence[str], environ: Mapping[str, str], keep_open: Sequence[int]
    ) -> Self:
        """Start `command`, with the number of the pipe's writing end as its last word.

        It prints to our standard error. Call it from the main thread.
        """
        reading, writing = os.pipe()
        try:
            process = spawn_leashed(
                [*command, str(writing)],
                output=sys.stderr.buffer,
                keep_open=[*keep_open, writing],
                environ=environ,
            )
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        loop = asyncio.get_running_loop()
        _, news = await loop.connect_read_pipe(_News, os.fdopen(reading, "rb", buffering=0))
        return cls(process, news)

    async def serves(self) -> bool:
        """Once it takes requests; False if it ended before it did."""
        return await asyncio.shield(self._news.serves)

    async def ended(self) -> int:
        """Once it has: its exit code, and 128 + the signal if one ended it."""
        await asyncio.shield(self._news.is_over)
        code = await asyncio.to_thread(self._process.wait)
        return code if code >= 0 else 128 - code

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self._process.kill()


class _News(asyncio.Protocol):
    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.serves: asyncio.Future[bool] = loop.create_future()
        self.is_over: asyncio.Future[None] = loop.create_future()

    def data_received(self, _: bytes) -> None:
        if not self.serves.done():
            self.serves.set_result(True)

    def connection_lost(self, _: Exception | None) -> None:
        if not self.serves.done():
            self.serves.set_result(False)
        self.is_over.set_result(None)
