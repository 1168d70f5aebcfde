"""From slips to records in the database: whoever writes, it is done here.

One server's word is enough: a record of the past is worth no wait.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from ocpi.process.logs import logger
from ocpi.process.mongo import BulkWriteError, Document, DriverError, Mongo
from ocpi.recorder.documents import document
from ocpi.recorder.journal import COLLECTION
from ocpi.recorder.keeping import Keeping
from ocpi.recorder.slips import Slip

log = logger(__name__)

A_TURN: Final = 16
"""So many are made before others have their turn."""


class Shelf:
    def __init__(self, mongo: Mongo, keeping: Keeping) -> None:
        self._messages = mongo.collection(COLLECTION, is_durable=False)
        self._keeping = keeping
        self._is_away = False

    async def documents(self, slips: Sequence[Slip]) -> list[Document]:
        made: list[Document] = []
        for number, slip in enumerate(slips, 1):
            try:
                made.append(document(slip, self._keeping))
            except Exception:
                log.exception("a message could not be recorded")
            if number % A_TURN == 0:
                await asyncio.sleep(0)
        return made

    async def inserted(self, documents: Sequence[Document]) -> bool:
        """False: the database is away, and these are to be brought again.

        Those that are there already came with a try whose answer was lost.
        """
        try:
            if documents:
                await self._messages.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            self._note(error)
        except DriverError as error:
            self._miss(error)
            return False
        except Exception as error:  # noqa: BLE001 - a turn of whoever writes: one record may not stop the others
            return await self._inserted_one_by_one(documents, error)
        self._is_away = False
        return True

    async def _inserted_one_by_one(self, documents: Sequence[Document], error: Exception) -> bool:
        """One of them is nothing that the driver can send."""
        if len(documents) == 1:
            log.error("a message could not be recorded", error=type(error).__name__)
            return True
        return all([await self.inserted([each]) for each in documents])

    def _miss(self, error: DriverError) -> None:
        if not self._is_away:
            log.warning("messages cannot be recorded now", error=type(error).__name__)
        self._is_away = True

    def _note(self, error: BulkWriteError) -> None:
        failed = [each for each in error.details["writeErrors"] if each["code"] != 11000]  # noqa: PLR2004
        if failed:
            log.error("messages were not recorded", count=len(failed), error=failed[0]["errmsg"])
