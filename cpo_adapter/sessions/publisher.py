"""Transactions on their way to partners: a session while it runs, then a bill, once.

Whatever changed since the last turn is rendered anew and marked for delivery, twice a second at most. Nothing
is remembered but in the database: after a crash every transaction without an outcome is looked at again.
Every step may be done twice; a bill is kept before it goes anywhere, so that it is never made in two
versions. A session that was completed and billed is not told again, whatever its station remembers later.
"""

import asyncio
from typing import Final, Protocol

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.sessions.billing import NotBillable, NothingDue
from cpo_adapter.sessions.objects import Renderer
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Transaction
from ocpi.objects.record import Outcome, Record
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from schemas.kinds import ObjectKey

log = logger(__name__)

PAUSE_S: Final = 0.5

BILLED: Final = "BILLED"
HELD: Final = "HELD"
NOT_BILLED: Final = "NOT_BILLED"


class Announcing(Protocol):
    """Tells the one party that it is for. Durable when a method returns; it may be told twice."""

    async def to_one(self, record: Record) -> None: ...

    async def bill(self, record: Record, session: ObjectKey) -> Outcome: ...


class Publisher:
    def __init__(
        self, *, store: TransactionStore, renderer: Renderer, announcer: Announcing, clock: Clock
    ) -> None:
        self._store = store
        self._renderer = renderer
        self._announcer = announcer
        self._clock = clock
        self._waiting: set[int] = set()
        self._something = asyncio.Event()

    def touched(self, number: int) -> None:
        self._waiting.add(number)
        self._something.set()

    async def run(self) -> None:
        await self.catch_up()
        while True:
            await self._something.wait()
            self._something.clear()
            await self.turn()
            await self._clock.sleep(PAUSE_S)

    async def catch_up(self) -> None:
        """Look again at what a crash may have left."""
        for number in await self._store.unsettled():
            self.touched(number)

    async def turn(self) -> None:
        """One transaction's trouble does not keep the others back; it is tried again in the next turn."""
        now, self._waiting = self._waiting, set()
        for number in now:
            try:
                await self._publish(await self._store.load(number))
            except Exception:
                log.exception("transaction not published", number=number)
                self.touched(number)

    async def _publish(self, transaction: Transaction) -> None:
        begin = transaction.begin
        if not _is_judged(transaction) or await self._store.outcome_of(begin.number) == BILLED:
            return
        if begin.authorized is not None:
            await self._announcer.to_one(self._renderer.session(transaction, begin.authorized))
        if transaction.end is None:
            return
        if begin.authorized is None and transaction.lacks:
            await self._store.settle(begin.number, HELD, transaction.lacks, lacks=True)
        elif begin.authorized is None:
            await self._store.settle(begin.number, NOT_BILLED, "no card was accepted for it")
        else:
            await self._settle(transaction, begin.authorized)

    async def _settle(self, transaction: Transaction, authorized: Authorized) -> None:
        number = transaction.begin.number
        try:
            bill = await self._bill(transaction, authorized)
        except NothingDue as reason:
            await self._store.settle(number, NOT_BILLED, str(reason))
        except NotBillable as trouble:
            await self._store.settle(number, HELD, str(trouble), lacks=bool(transaction.lacks))
            log.warning("transaction held", number=number, reason=str(trouble))
        else:
            await self._announcer.bill(bill, self._renderer.session_key(transaction))
            await self._store.settle(number, BILLED)
            log.info("transaction billed", number=number, cdr=str(bill.key.id))

    async def _bill(self, transaction: Transaction, authorized: Authorized) -> Record:
        """The one bill of this transaction. Raises NothingDue, NotBillable."""
        number = transaction.begin.number
        kept = await self._store.bill_of(number)
        if kept is None:
            kept = await self._store.keep_bill(number, self._renderer.bill(transaction, authorized).body)
        return self._renderer.bill_record(transaction, authorized, kept)


def _is_judged(transaction: Transaction) -> bool:
    """Whether it is known whose it is, or that it is nobody's: in 2.x what no card began may end."""
    begin = transaction.begin
    is_nobodys = bool(begin.reference) and not begin.uid and transaction.end is not None
    return begin.card is not None or is_nobodys
