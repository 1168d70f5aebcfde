"""A child process that is handed work through a pipe, and tells through another how much of it is done.

Nobody waits for it: what it does not take yet stays in memory here, so whoever hands bounds what is under
way. It ends when its pipe does, and that is also how it notices the end of this process.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from fcntl import fcntl
from typing import Final, Self

from ocpi.process.child import spawn_finishing

_F_SETPIPE_SZ: Final = 1031
_PIPE_BYTES: Final = 1024 * 1024
"""What is in the pipe is not lost with this process."""


class Aide:
    """`told` is called with the number of pieces that it has done since, and with 0 as it ends."""

    def __init__(
        self, process: subprocess.Popen[bytes], handed: asyncio.WriteTransport, done: "_Done"
    ) -> None:
        self.pid = process.pid
        self._process = process
        self._handed = handed
        self._done = done

    @classmethod
    async def begin(cls, command: Sequence[str], told: Callable[[int], None]) -> Self:
        """Start `command`, with the numbers of its end of the one pipe and of the other as its last words.

        It prints to our standard error. Call it from the main thread.
        """
        reading, handing = os.pipe()
        hearing, telling = os.pipe()
        _widen(handing)
        try:
            process = spawn_finishing(
                [*command, str(reading), str(telling)],
                output=sys.stderr.buffer,
                keep_open=[reading, telling],
            )
        except BaseException:
            os.close(handing)
            os.close(hearing)
            raise
        finally:
            os.close(reading)
            os.close(telling)
        loop = asyncio.get_running_loop()
        _, done = await loop.connect_read_pipe(lambda: _Done(told), os.fdopen(hearing, "rb", buffering=0))
        handed, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(handing, "wb", buffering=0))
        return cls(process, handed, done)

    @property
    def is_over(self) -> bool:
        return self._done.is_over.done()

    def hand(self, piece: bytes) -> None:
        if not self.is_over:
            self._handed.write(piece)

    def finish(self) -> None:
        """There is no more: it ends when it has done what it was handed."""
        self._handed.close()

    async def ended(self) -> int:
        """Once it has: its exit code, and 128 + the signal if one ended it."""
        await asyncio.shield(self._done.is_over)
        if not self._handed.is_closing():
            self._handed.abort()
        code = await asyncio.to_thread(self._process.wait)
        return code if code >= 0 else 128 - code


class _Done(asyncio.Protocol):
    def __init__(self, told: Callable[[int], None]) -> None:
        self.is_over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._told = told

    def data_received(self, data: bytes) -> None:
        self._told(len(data))

    def connection_lost(self, _: Exception | None) -> None:
        self.is_over.set_result(None)
        self._told(0)


def _widen(pipe: int) -> None:
    """As far as the system lets us."""
    with suppress(OSError):
        fcntl(pipe, _F_SETPIPE_SZ, _PIPE_BYTES)
