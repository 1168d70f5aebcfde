"""Where a message goes that has just come: into the database, else into the journal, else nowhere.

As long as anything is in the journal everything goes there, for a message may not overtake an older one. A
station with a message in the journal is behind: what it says is answered, and understood later.
"""

import asyncio
from typing import Final

from cpo_adapter.keeping.backlog import Backlog
from cpo_adapter.keeping.counting import Counting, Place
from cpo_adapter.keeping.journal import Journal
from cpo_adapter.keeping.model import GivenNumber, Kept, KeptMessage, Places
from cpo_adapter.keeping.store import MessageStore
from cpo_adapter.ocpp.raw import RawMessage
from cpo_adapter.ocpp.rooms import CannotStore
from cpo_adapter.sessions.numbers import Numbers, NumbersExhausted
from ocpi.process.logs import logger
from ocpi.process.mongo import DriverError

log = logger(__name__)

PATIENCE_S: Final = 2.0
"""So long the database may take over something that a station waits for."""


class Keeper:
    """The `MessageDesk` of the door."""

    def __init__(
        self,
        *,
        store: MessageStore,
        journal: Journal,
        backlog: Backlog,
        numbers: Numbers,
        places: Places,
        counting: Counting,
    ) -> None:
        self._store = store
        self._journal = journal
        self._backlog = backlog
        self._numbers = numbers
        self._places = places
        self._counting = counting

    async def keep(self, message: RawMessage) -> None:
        kept = KeptMessage(message, self._places.following(message.heard_at))
        if await self._is_in_database(kept):
            self._counting.kept(Place.DATABASE)
            return
        self._backlog.defer(message.station)
        await self._in_journal(kept)

    async def give(self, given: GivenNumber) -> None:
        """Keep which start was answered with which number. Raises CannotStore."""
        if not await self._is_in_database(given):
            await self._journal.append(given)

    async def number(self) -> int:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._numbers.take()
        except (DriverError, TimeoutError, NumbersExhausted) as error:
            raise CannotStore("no number is left for a transaction") from error

    def understood(self, message: RawMessage) -> None:
        if not self._backlog.is_behind(message.station):
            self._store.done(message)

    def not_understood(self, message: RawMessage, reason: str) -> None:
        self._counting.broken()
        self._store.broken(message, reason)

    async def _is_in_database(self, kept: Kept) -> bool:
        if not self._journal.is_empty:
            return False
        try:
            await self._store.keep(kept)
        except (DriverError, TimeoutError) as error:
            log.warning("the database does not keep station messages", error=type(error).__name__)
            return False
        return True

    async def _in_journal(self, kept: KeptMessage) -> None:
        try:
            await self._journal.append(kept)
        except CannotStore:
            self._counting.kept(Place.NOWHERE)
            raise
        self._counting.kept(Place.JOURNAL)
