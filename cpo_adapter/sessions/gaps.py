"""Transactions that have ended, and of which something is missing: whether their stations have it still.

A station that says that its queue is empty has told all that it ever will; one that cannot be asked gets a
day, and so does an end that nobody told. Until then the bill is held, for it might be wrong. Whatever else is
not settled, for a process died or a correction has to wait, is looked at again from here.
Spec: OCPP 2.0.1, GetTransactionStatus (messagesInQueue); E14.
"""

from collections.abc import Callable
from typing import Final, Protocol

from cpo_adapter.ocpp.intents import NotAsked, TellQueue
from cpo_adapter.sessions.ledger import Ledger
from cpo_adapter.sessions.named import NO_END
from cpo_adapter.sessions.patience import Patience
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Transaction
from ocpi.process.clock import Clock
from ocpi.process.logs import logger

log = logger(__name__)

EVERY_S: Final = 10.0


class Queues(Protocol):
    async def has_queued(self, station: str, intent: TellQueue) -> bool:
        """Raises NotAsked."""


class Gaps:
    """`touched` hears the number of every transaction that has to be looked at."""

    def __init__(
        self,
        *,
        store: TransactionStore,
        ledger: Ledger,
        asker: Queues,
        touched: Callable[[int], None],
        patience: Patience,
        clock: Clock,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._asker = asker
        self._touched = touched
        self._patience = patience
        self._clock = clock

    async def run(self) -> None:
        while True:
            await self.turn()
            await self._clock.sleep(EVERY_S)

    async def turn(self) -> None:
        for number in await self._ledger.lacking():
            transaction = await self._store.load(number)
            if transaction.lacks and not await self._is_awaited(transaction):
                log.warning("transaction lacks something for good", number=number)
                await self._ledger.all_told(number, self._clock.now())
        for number in await self._ledger.unsettled(ended_only=True):
            self._touched(number)

    async def _is_awaited(self, transaction: Transaction) -> bool:
        return not self._is_too_old(transaction) and await self._may_come(transaction)

    def _is_too_old(self, transaction: Transaction) -> bool:
        patience = self._patience.end if transaction.lacks == NO_END else self._patience.events
        return self._clock.now() - transaction.heard_at > patience

    async def _may_come(self, transaction: Transaction) -> bool:
        """A station that has lost an end would not know of it."""
        begin = transaction.begin
        if transaction.lacks == NO_END:
            return True
        try:
            return await self._asker.has_queued(begin.station, TellQueue(begin.reference))
        except NotAsked as error:
            log.info("station not asked for the rest", station=begin.station, reason=str(error))
            return True
