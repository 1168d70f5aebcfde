"""Transactions on their way to partners: a session while it runs, then its bill.

Whatever changed since the last turn is rendered anew and marked for delivery, twice a second at most, and
less often where much has changed. Nothing is remembered but in the database: after a crash every transaction
without an outcome is looked at again. Every step may be done twice. A session that was completed and billed
is not told again, unless what comes afterwards makes its bill wrong.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from cpo_adapter.sessions.ledger import Became, Ledger, Settled, Standing
from cpo_adapter.sessions.objects import Renderer
from cpo_adapter.sessions.settlement import Announcing, Attesting, Settlement
from cpo_adapter.sessions.side_by_side import side_by_side
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Transaction
from ocpi.process.clock import Clock
from ocpi.process.logs import logger

log = logger(__name__)

PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 5.0
SHARE: Final = 4
"""A pause is so many times as long as the turn before it: stations that talk much are answered first."""

AT_ONCE: Final = 16
"""Transactions that are looked at: each waits for the database, where what is written together costs less."""

REST_S: Final = 0.2
LONGEST_REST_S: Final = 15.0
"""For each fact of a transaction, between two looks at it: what is long costs more to read."""


class Publisher:
    """`saw` is shown every transaction that is told of and not billed yet."""

    def __init__(
        self,
        *,
        store: TransactionStore,
        ledger: Ledger,
        renderer: Renderer,
        announcer: Announcing,
        metrology: Attesting,
        saw: Callable[[Transaction], None],
        clock: Clock,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._renderer = renderer
        self._announcer = announcer
        self._settlement = Settlement(
            ledger=ledger, renderer=renderer, announcer=announcer, metrology=metrology, clock=clock
        )
        self._saw = saw
        self._clock = clock
        self._waiting: set[int] = set()
        self._rests_until_s: dict[int, float] = {}
        self._something = asyncio.Event()

    def touched(self, number: int) -> None:
        self._waiting.add(number)
        self._something.set()

    async def run(self) -> None:
        await self.catch_up()
        while True:
            await self._something.wait()
            self._something.clear()
            began_s = self._clock.monotonic()
            await self.turn()
            await self._clock.sleep(_pause_s(self._clock.monotonic() - began_s))

    async def catch_up(self) -> None:
        """Look again at what a crash may have left."""
        for number in await self._ledger.unsettled():
            self.touched(number)

    async def turn(self) -> None:
        now, self._waiting = self._waiting, set()
        await side_by_side(now, self._take_its_turn, at_once=AT_ONCE)

    async def _take_its_turn(self, number: int) -> None:
        """Its trouble does not keep the others back; it is tried again in the next turn."""
        if self._rests(number):
            self.touched(number)
            return
        try:
            await self._look_at(number)
        except Exception:
            log.exception("transaction not published", number=number)
            self.touched(number)

    def _rests(self, number: int) -> bool:
        return self._clock.monotonic() < self._rests_until_s.get(number, 0)

    async def _look_at(self, number: int) -> None:
        seen = await self._ledger.standing(number)
        if seen.outcome != Became.BILLED:
            transaction = await self._store.load(number)
            await self._publish(transaction, seen)
            self._let_rest(transaction)

    def _let_rest(self, transaction: Transaction) -> None:
        number = transaction.begin.number
        if transaction.end is None:
            rest_s = min(REST_S * len(transaction.since), LONGEST_REST_S)
            self._rests_until_s[number] = self._clock.monotonic() + rest_s
        else:
            self._rests_until_s.pop(number, None)

    async def _publish(self, transaction: Transaction, seen: Standing) -> None:
        authorized = transaction.begin.authorized
        if not _is_judged(transaction):
            return
        if authorized is None:
            await self._not_billed(transaction, seen)
            return
        if seen.bill is None and transaction.begin.terms.is_placed:
            self._saw(transaction)
            await self._announcer.to_one(self._renderer.session(transaction, authorized))
        if transaction.end is not None:
            await self._settlement.settle(transaction, authorized, seen)

    async def _not_billed(self, transaction: Transaction, seen: Standing) -> None:
        if transaction.end is None:
            return
        number, energy_wh = transaction.begin.number, transaction.energy_wh
        if transaction.lacks:
            settled = Settled(Became.HELD, transaction.lacks, held_wh=energy_wh, lacks=True)
        else:
            settled = Settled(Became.NOT_BILLED, "no card was accepted for it", not_billed_wh=energy_wh)
        await self._ledger.settle(number, seen, settled)


def _pause_s(turn_s: float) -> float:
    return min(max(PAUSE_S, SHARE * turn_s), LONGEST_PAUSE_S)


def _is_judged(transaction: Transaction) -> bool:
    """Whether it is known whose it is, or that it is nobody's: in 2.x what no card began may end."""
    begin = transaction.begin
    is_nobodys = bool(begin.reference) and not begin.uid and transaction.end is not None
    return begin.card is not None or is_nobodys
