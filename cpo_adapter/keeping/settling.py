"""Back to the usual: what is in the journal goes to the database, and what waits there is understood.

The database is asked for every second while there is anything to bring back. Stations are caught up beside
each other, each in the order in which it spoke; a message over which something breaks is set aside with the
reason, and the next one goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from cpo_adapter.keeping.backlog import Backlog
from cpo_adapter.keeping.counting import Counting
from cpo_adapter.keeping.journal import Journal
from cpo_adapter.keeping.model import Kept, KeptMessage, read
from cpo_adapter.keeping.store import MessageStore
from cpo_adapter.ocpp import framing
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.rooms import CannotStore
from cpo_adapter.sessions.numbers import Numbers
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import DriverError

log = logger(__name__)

LOOK_EVERY_S: Final = 1.0
ADOPT_EVERY: Final = timedelta(seconds=30)
LEFT_BY_ANOTHER: Final = timedelta(minutes=1)
"""No process takes so long over a message: the one that had it is gone."""

_BESIDE_EACH_OTHER: Final = 16


class Settler:
    """`dialects` by subprotocol; theirs is the session room itself, which may be unable to take a message."""

    def __init__(
        self,
        *,
        store: MessageStore,
        journal: Journal,
        backlog: Backlog,
        dialects: Sequence[Dialect],
        numbers: Numbers,
        counting: Counting,
        clock: Clock,
        others_are_behind: Callable[[], bool] = lambda: False,
    ) -> None:
        """`others_are_behind`: another process may still bring messages from its journal."""
        self._store = store
        self._journal = journal
        self._backlog = backlog
        self._dialects: Mapping[str, Dialect] = {each.subprotocol: each for each in dialects}
        self._numbers = numbers
        self._counting = counting
        self._clock = clock
        self._others_are_behind = others_are_behind
        self._adopted_at = clock.now()

    async def run(self) -> None:
        while True:
            try:
                await self.turn()
            except (DriverError, TimeoutError, CannotStore) as trouble:
                log.info("messages still wait", stations=len(self._backlog), reason=type(trouble).__name__)
            self._counting.stand(self._journal, self._backlog)
            await self._clock.sleep(LOOK_EVERY_S)

    async def turn(self) -> None:
        """Raises DriverError, TimeoutError, CannotStore: then later."""
        await self._empty_the_journal()
        await self._numbers.stock_up()
        await self._adopt_now_and_then()
        if self._others_are_behind():
            return  # an older message may be on its way
        behind = iter(self._backlog.stations())
        while stations := list(islice(behind, _BESIDE_EACH_OTHER)):
            await _all_done(map(self._catch_up, stations))

    async def adopt(self, before: datetime | None = None) -> None:
        """Have what was heard before then, or ever, and that nobody has dealt with, caught up with."""
        for station in await self._store.stations_behind(before):
            self._backlog.defer(station)

    async def _adopt_now_and_then(self) -> None:
        if self._clock.now() - self._adopted_at >= ADOPT_EVERY:
            self._adopted_at = self._clock.now()
            await self.empty_left_journals()
            await self.adopt(self._adopted_at - LEFT_BY_ANOTHER)

    async def empty_left_journals(self) -> None:
        """Of processes of this machine that are no more, and that nobody followed."""
        for left in self._journal.left_behind():
            with closing(left):
                start = 0
                while start < left.size:
                    records, start = await asyncio.to_thread(left.read, start)
                    self._tell_refused(await self._store.keep_all([read(each) for each in records]))
                await asyncio.to_thread(left.clear)
                log.info("journal of another process returned", path=str(left.path))

    async def _empty_the_journal(self) -> None:
        while not self._journal.is_empty:
            kept, up_to = await self._journal.unreturned()
            if not kept:
                return  # something is on its way into it
            refused = await self._store.keep_all(kept)
            await self._journal.given_back(up_to)
            self._tell_refused(refused)
            self._counting.returned(len(kept), len(refused))

    def _tell_refused(self, refused: Sequence[Kept]) -> None:
        for each in refused:
            log.error("the database can never keep this", kept=repr(each))

    async def _catch_up(self, station: str) -> None:
        mark = self._backlog.mark(station)
        while waiting := await self._store.pending(station):
            for kept in waiting:
                await self._understand(kept)
            await self._store.marked()
        if self._journal.is_empty:
            self._backlog.caught_up(station, mark)

    async def _understand(self, kept: KeptMessage) -> None:
        """Raises CannotStore."""
        message = kept.message
        try:
            await self._told(kept)
        except CannotStore:
            raise
        except Exception as error:
            log.exception("message not understood", station=message.station, action=message.action)
            self._counting.broken()
            self._store.broken(message, type(error).__name__)
        else:
            self._counting.late()
            self._store.done(message)

    async def _told(self, kept: KeptMessage) -> None:
        message = kept.message
        call = framing.call_in(message.frame)
        if call is None:
            raise ValueError("no CALL")
        await self._dialects[message.version].answer(message.station, call, message.heard_at)


async def _all_done(works: Iterable[Awaitable[None]]) -> None:
    """Raises what the first of them failed with, once all have ended."""
    outcomes = await asyncio.gather(*works, return_exceptions=True)
    for outcome in outcomes:
        if outcome is not None:
            raise outcome
