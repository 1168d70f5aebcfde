"""Writes down what the doors have told, in their own process: where there shall be no other one.

While the database is away nothing is lost but what no longer fits into memory. Making records goes in short
turns, so that no request waits long behind them.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from ocpi.process.last_words import last_words
from ocpi.process.logs import logger
from ocpi.process.mongo import Document
from ocpi.recorder.addressees import Addressees
from ocpi.recorder.entries import Message
from ocpi.recorder.forgotten import Forgotten
from ocpi.recorder.handing import slip_of
from ocpi.recorder.ring import Recorder
from ocpi.recorder.shelf import Shelf
from ocpi.recorder.slips import Slip

log = logger(__name__)

EVERY_S: Final = 0.25
AT_ONCE: Final = 1000


class Writer(Protocol):
    async def run(self) -> None:
        """Until it is told to stop; then what is left is written too."""

    async def write(self) -> None:
        """Everything that has ended by now is in the database when this returns, unless that is away."""


class Scribe:
    def __init__(
        self, *, recorder: Recorder, addressees: Addressees, shelf: Shelf, forgotten: Forgotten
    ) -> None:
        self._recorder = recorder
        self._forgotten = forgotten
        self._addressees = addressees
        self._shelf = shelf
        self._unwritten: list[Document] = []
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        try:
            while True:
                await asyncio.sleep(EVERY_S)
                await self.write()
        finally:
            async with last_words("records"):
                await self.write()

    async def write(self) -> None:
        async with self._one_at_a_time:
            self._forgotten.count()
            while self._unwritten or (taken := self._recorder.take(AT_ONCE)):
                if not self._unwritten:
                    self._unwritten = await self._shelf.documents(slips_of(taken, self._addressees))
                if not await self._shelf.inserted(self._unwritten):
                    return
                self._unwritten = []


def slips_of(messages: Sequence[Message], addressees: Addressees) -> list[Slip]:
    made: list[Slip] = []
    for message in messages:
        try:
            made.append(slip_of(message, addressees))
        except Exception:
            log.exception("a message could not be recorded")
    return made
