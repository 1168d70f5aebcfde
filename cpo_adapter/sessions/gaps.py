"""Transactions that have ended, and of which events are missing: whether their stations have them still.

A station that says that its queue is empty has told all that it ever will; one that cannot be asked gets a
day. Until then the bill is held, for it might be wrong.
Spec: OCPP 2.0.1, GetTransactionStatus (messagesInQueue); E14.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, Protocol

from cpo_adapter.ocpp.intents import NotAsked, TellQueue
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Transaction
from ocpi.process.clock import Clock
from ocpi.process.logs import logger

log = logger(__name__)

EVERY_S: Final = 10.0
LONGEST: Final = timedelta(hours=24)


class Queues(Protocol):
    async def has_queued(self, station: str, intent: TellQueue) -> bool:
        """Raises NotAsked."""


class Gaps:
    """`touched` hears the number of every transaction of which nothing more will come."""

    def __init__(
        self, *, store: TransactionStore, asker: Queues, touched: Callable[[int], None], clock: Clock
    ) -> None:
        self._store = store
        self._asker = asker
        self._touched = touched
        self._clock = clock

    async def run(self) -> None:
        while True:
            await self.turn()
            await self._clock.sleep(EVERY_S)

    async def turn(self) -> None:
        for transaction in await self._store.lacking():
            if self._is_too_old(transaction) or not await self._may_come(transaction):
                number = transaction.begin.number
                log.warning("events of a transaction missing for good", number=number)
                await self._store.all_told(number, self._clock.now())
                self._touched(number)

    def _is_too_old(self, transaction: Transaction) -> bool:
        return self._clock.now() - transaction.heard_at > LONGEST

    async def _may_come(self, transaction: Transaction) -> bool:
        begin = transaction.begin
        try:
            return await self._asker.has_queued(begin.station, TellQueue(begin.reference))
        except NotAsked as error:
            log.info("station not asked for the rest", station=begin.station, reason=str(error))
            return True
