"""Writes down what the doors have told, about twice a second.

One server's word is enough, and what a crash loses is half a second: a record of the past is worth no wait.
While the database is away nothing is lost but what no longer fits into memory. Making records goes in short
turns, so that no request waits long behind them.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from ocpi.process.logs import logger
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import BulkWriteError, Document, DriverError, Mongo
from ocpi.recorder.addressees import Addressees
from ocpi.recorder.documents import Keeping, document
from ocpi.recorder.entries import Message
from ocpi.recorder.facts import facts_of
from ocpi.recorder.journal import COLLECTION
from ocpi.recorder.ring import Recorder

log = logger(__name__)

EVERY_S: Final = 0.5
AT_ONCE: Final = 1000
A_TURN: Final = 16


class Scribe:
    def __init__(
        self,
        *,
        recorder: Recorder,
        addressees: Addressees,
        keeping: Keeping,
        mongo: Mongo,
        metrics: Metrics,
    ) -> None:
        self._recorder = recorder
        self._addressees = addressees
        self._keeping = keeping
        self._messages = mongo.collection(COLLECTION, is_durable=False)
        self._counted = 0
        self._forgotten = metrics.counter(
            "messages_forgotten", "Messages that were not recorded: too many came at once."
        )
        self._unwritten: list[Document] = []
        self._is_away = False
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Until it is told to stop; then what is left is written too."""
        try:
            while True:
                await asyncio.sleep(EVERY_S)
                await self.write()
        finally:
            await self.write()

    async def write(self) -> None:
        """Everything that has ended by now is in the database when this returns, unless that is away."""
        async with self._one_at_a_time:
            self._count()
            while self._unwritten or (taken := self._recorder.take(AT_ONCE)):
                if not self._unwritten:
                    self._unwritten = await self._documents(taken)
                if not await self._inserted(self._unwritten):
                    return
                self._unwritten = []

    def _count(self) -> None:
        self._forgotten.inc(self._recorder.forgotten - self._counted)
        self._counted = self._recorder.forgotten

    async def _documents(self, messages: Sequence[Message]) -> list[Document]:
        made: list[Document] = []
        for number, message in enumerate(messages, 1):
            try:
                made.append(document(facts_of(message, self._addressees), self._keeping))
            except Exception:
                log.exception("a message could not be recorded")
            if number % A_TURN == 0:
                await asyncio.sleep(0)
        return made

    async def _inserted(self, documents: Sequence[Document]) -> bool:
        """Those that are there already came with a try whose answer was lost."""
        try:
            if documents:
                await self._messages.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            self._note(error)
        except DriverError as error:
            if not self._is_away:
                log.warning("messages cannot be recorded now", error=type(error).__name__)
            self._is_away = True
            return False
        self._is_away = False
        return True

    def _note(self, error: BulkWriteError) -> None:
        failed = [each for each in error.details["writeErrors"] if each["code"] != 11000]  # noqa: PLR2004
        if failed:
            log.error("messages were not recorded", count=len(failed), error=failed[0]["errmsg"])
