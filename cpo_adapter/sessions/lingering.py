"""Transactions that nobody ends: their stations are asked, and where nothing comes of it an end is assumed.

It is put where the last was heard of it, and its bill is held; an end that is told after all takes its place.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

from cpo_adapter.ocpp.intents import Intent, NotAsked, Outcome, StationGone, Tell, TellQueue, Topic
from cpo_adapter.sessions.ends import assumed_end
from cpo_adapter.sessions.patience import Patience
from cpo_adapter.sessions.side_by_side import side_by_side
from cpo_adapter.sessions.silence import Verdict, judged
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Begin, Transaction
from ocpi.process.clock import Clock
from ocpi.process.logs import logger

log = logger(__name__)

EVERY_S: Final = 30.0
AT_ONCE: Final = 100


class Asker(Protocol):
    async def ask(self, station: str, intent: Intent) -> Outcome:
        """Raises NotAsked."""

    async def has_queued(self, station: str, intent: TellQueue) -> bool:
        """Raises NotAsked."""


class Lingering:
    """`touched` hears the number of every transaction that has changed."""

    def __init__(
        self,
        *,
        store: TransactionStore,
        asker: Asker,
        touched: Callable[[int], None],
        patience: Patience,
        clock: Clock,
    ) -> None:
        self._store = store
        self._asker = asker
        self._touched = touched
        self._patience = patience
        self._clock = clock

    async def run(self) -> None:
        while True:
            await self.turn()
            await self._clock.sleep(EVERY_S)

    async def turn(self) -> None:
        doubtful = await self._store.doubtful(self._clock.now() - self._patience.silence)
        await side_by_side(doubtful, self._look_at, at_once=AT_ONCE)

    async def _look_at(self, doubted: tuple[int, datetime | None]) -> None:
        number, asked_at = doubted
        transaction, now = await self._store.load(number), self._clock.now()
        match judged(transaction, asked_at, self._patience.silence, now):
            case Verdict.ASK if not await self._is_alive(transaction.begin):
                await self._store.asked(number, now)
            case Verdict.OVER:
                await self._assume_end(transaction)
            case _:
                return

    async def _assume_end(self, transaction: Transaction) -> None:
        number = transaction.begin.number
        await self._store.assume_end(number, assumed_end(transaction, self._clock.now()))
        log.warning("end of a transaction assumed", station=transaction.begin.station, number=number)
        self._touched(number)

    async def _is_alive(self, begin: Begin) -> bool:
        """Whether its station says so, or cannot be asked now; what it meters comes by itself."""
        try:
            if begin.reference:
                return await self._asker.has_queued(begin.station, TellQueue(begin.reference))
            await self._asker.ask(begin.station, Tell(Topic.METER, begin.outlet))
        except StationGone:
            return True
        except NotAsked as error:
            log.info("station not asked about a transaction", station=begin.station, reason=str(error))
        return False
