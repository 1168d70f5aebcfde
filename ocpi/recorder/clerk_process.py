"""The clerk itself: makes records of what it is handed and writes them, until its pipe ends.

It is nice, and no signal of a service's end ends it before it has written all. Its parent may have been
killed: then it writes what is left in the pipe, and gives up soon if the database is away too. It knows no
credential but those of the database.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from ocpi.process import logs
from ocpi.process.clock import Clock, SystemClock
from ocpi.process.mongo import DatabaseUnavailable, Mongo
from ocpi.recorder.frames import Charge, read_charge, read_slips
from ocpi.recorder.keeping import Bodies, Keeping
from ocpi.recorder.shelf import Shelf
from ocpi.recorder.slips import Slip

NICE: Final = 10
AGAIN_AFTER_S: Final = 0.5
ALONE_FOR_S: Final = 8.0
"""So long an orphan tries to reach the database."""


def main(arguments: Sequence[str]) -> int:
    reading, telling = (int(each) for each in arguments)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    os.nice(NICE)
    asyncio.run(_work(reading, telling))
    return os.EX_OK


async def _work(reading: int, telling: int) -> None:
    pipe = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(pipe), os.fdopen(reading, "rb", buffering=0)
    )
    if (charge := await read_charge(pipe)) is None:
        return
    logs.configure(charge.log_level, pseudonym_key=charge.pseudonym_key, worker=charge.worker)
    with suppress(Abandoned):
        await _Desk(charge, SystemClock()).write_all(pipe, telling)


class Abandoned(Exception):
    """Neither parent nor database is there."""


class _Desk:
    def __init__(self, charge: Charge, clock: Clock) -> None:
        self._charge = charge
        self._keeping = Keeping(Bodies(charge.bodies), timedelta(seconds=charge.kept_for_s))
        self._clock = clock
        self._alone_since_s: float | None = None

    async def write_all(self, pipe: asyncio.StreamReader, telling: int) -> None:
        mongo = await self._connected()
        shelf = Shelf(mongo, self._keeping)
        while (slips := await read_slips(pipe)) is not None:
            await self._write(shelf, slips)
            with suppress(BrokenPipeError):
                os.write(telling, b".")
        mongo.close()

    async def _connected(self) -> Mongo:
        while True:
            try:
                return await Mongo.connect(self._charge.mongo_url, self._charge.database)
            except DatabaseUnavailable:
                await self._pause()

    async def _write(self, shelf: Shelf, slips: Sequence[Slip]) -> None:
        documents = await shelf.documents(slips)
        while not await shelf.inserted(documents):
            await self._pause()

    async def _pause(self) -> None:
        """Raises Abandoned."""
        if os.getppid() != self._charge.parent:
            now_s = self._clock.monotonic()
            self._alone_since_s = self._alone_since_s or now_s
            if now_s - self._alone_since_s > ALONE_FOR_S:
                raise Abandoned
        await self._clock.sleep(AGAIN_AFTER_S)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
