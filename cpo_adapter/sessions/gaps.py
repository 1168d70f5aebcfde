"""Transactions that have ended, and of which something is missing: whether their stations have it still.

A station that says that its queue is empty has told all that it ever will; one that cannot be asked gets a
day, and so does an end that nobody told. Until then the bill is held, for it might be wrong. Whatever else is
not settled, for a process died or a correction has to wait, is looked at again from here.
Spec: OCPP 2.0.1, GetTransactionStatus (messagesInQueue); E14.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from cpo_adapter.ocpp.intents import NotAsked, StationGone, StationSilent, TellQueue
from cpo_adapter.sessions.ledger import Ledger
from cpo_adapter.sessions.named import NO_END
from cpo_adapter.sessions.patience import Patience
from cpo_adapter.sessions.side_by_side import side_by_side
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Transaction
from ocpi.process.clock import Clock
from ocpi.process.logs import logger

log = logger(__name__)

EVERY_S: Final = 10.0
AT_ONCE: Final = 100
"""Stations."""


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
        for number in await self._ledger.unsettled(ended_only=True):
            self._touched(number)
        await side_by_side((await self._ledger.lacking()).values(), self._look_at, at_once=AT_ONCE)

    async def _look_at(self, numbers: Sequence[int]) -> None:
        """All of one station. Whoever has lost an end would not know of it, and is not asked."""
        lacking = [each for number in numbers if (each := await self._store.load(number)).lacks]
        for each in lacking:
            if self._is_too_old(each):
                await self._all_told(each)
        await self._ask_about(
            [each for each in lacking if not self._is_too_old(each) and each.lacks != NO_END]
        )

    async def _ask_about(self, lacking: Sequence[Transaction]) -> None:
        """One that is away or does not answer is not asked about the next one."""
        for each in lacking:
            station, reference = each.begin.station, each.begin.reference
            try:
                has_more = await self._asker.has_queued(station, TellQueue(reference))
            except NotAsked as error:
                log.info("station not asked for the rest", station=station, reason=str(error))
                if isinstance(error, StationGone | StationSilent):
                    return
                continue
            if not has_more:
                await self._all_told(each)

    async def _all_told(self, transaction: Transaction) -> None:
        number = transaction.begin.number
        log.warning("transaction lacks something for good", number=number)
        await self._ledger.all_told(number, self._clock.now())
        self._touched(number)

    def _is_too_old(self, transaction: Transaction) -> bool:
        patience = self._patience.end if transaction.lacks == NO_END else self._patience.events
        return self._clock.now() - transaction.heard_at > patience
