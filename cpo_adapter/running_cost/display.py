"""Stations that can show it are told what a charge costs, whenever that has changed and not too often.

In 1.6 its price is told when the charge begins and the total when it has ended; in 2.x the answer to the last
event says that. A station that does not know the message is left alone until it comes back. What is shown is
in memory alone: after a restart it is told again.
Spec: OCPP 2.0.1, I02 (running cost), I03 (final cost); Open Charge Alliance, OCPP & California Pricing
Requirements 3.1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final, Protocol

from cpo_adapter.ocpp.events import Moment, TransactionTold
from cpo_adapter.ocpp.intents import Intent, NotAsked, Outcome, ShowCost, ShowPrice, StationRefused
from cpo_adapter.running_cost import totals
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Transaction
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import DriverError
from ocpi.process.tasks import Supervisor

log = logger(__name__)

EVERY_S: Final = 5.0


class Asker(Protocol):
    async def ask(self, station: str, intent: Intent) -> Outcome:
        """Raises NotAsked."""


@dataclass(frozen=True, slots=True)
class _Shown:
    cost: Decimal | None = None
    has_price: bool = False


class CostDisplays:
    """A `CostDesk` of the door, and a `Follower` of the registry. `can_show` tells which stations do."""

    def __init__(
        self,
        *,
        store: TransactionStore,
        asker: Asker,
        can_show: Callable[[str], bool],
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._store = store
        self._asker = asker
        self._can_show = can_show
        self._supervisor = supervisor
        self._clock = clock
        self._changed: dict[int, Transaction] = {}
        self._shown: dict[int, _Shown] = {}
        self._unable: set[str] = set()
        self._busy: set[int] = set()

    def came(self, station: str) -> None:
        self._unable.discard(station)

    def went(self, station: str) -> None:
        """Nothing to show."""

    def saw(self, transaction: Transaction) -> None:
        """How a transaction is now."""
        station = transaction.begin.station
        if self._can_show(station) and station not in self._unable and not transaction.lacks:
            self._changed[transaction.begin.number] = transaction

    async def total(self, event: TransactionTold) -> Decimal | None:
        """For the answer to an event that is kept; None where it is not known, or not for this station."""
        station = event.origin.station
        if not self._can_show(station) or event.moment is Moment.STARTED:
            return None
        try:
            begin = await self._store.named(station, event.reference)
            return None if begin is None else totals.total_of(await self._store.load(begin.number))
        except DriverError:
            return None

    async def run(self) -> None:
        while True:
            self.turn()
            await self._clock.sleep(EVERY_S)

    def turn(self) -> None:
        """A station that takes its time holds up no other."""
        for number in self._changed.keys() - self._busy:
            transaction = self._changed.pop(number)
            self._busy.add(number)
            self._supervisor.start(f"show cost of {number}", partial(self._show, transaction))

    async def _show(self, transaction: Transaction) -> None:
        station, number = transaction.begin.station, transaction.begin.number
        try:
            self._shown[number] = await self._told(transaction, self._shown.get(number, _Shown()))
        except NotAsked as error:
            log.info("cost not shown", station=station, reason=str(error))
            if isinstance(error, StationRefused) and error.is_ignorance:
                self._unable.add(station)
        finally:
            self._busy.discard(number)
            if transaction.end is not None:
                self._shown.pop(number, None)

    async def _told(self, transaction: Transaction, shown: _Shown) -> _Shown:
        station, total = transaction.begin.station, totals.total_of(transaction)
        if not shown.has_price and transaction.end is None:
            await self._asker.ask(station, ShowPrice(transaction.begin.uid, totals.text_of(transaction)))
        if total is not None and (transaction.end is not None or total != shown.cost):
            outcome = await self._asker.ask(station, _cost(transaction, total))
            if outcome is Outcome.NOT_SUPPORTED and transaction.end is None:
                self._unable.add(station)
        return _Shown(total, has_price=True)


def _cost(transaction: Transaction, total: Decimal) -> ShowCost:
    return ShowCost(
        reference=transaction.begin.name,
        cost=total,
        at=transaction.until,
        register_wh=transaction.meter_wh,
        prices=totals.prices_of(transaction),
        text=totals.total_text(transaction, total),
        is_idle=totals.is_idle(transaction),
        is_final=transaction.end is not None,
    )
