"""An ended transaction gets its outcome: a bill, or the reason why there is none.

A bill is kept before it goes anywhere, so that it is never made in two versions. Where something comes after
it and makes it wrong, the session is told anew, the bill is taken back by a credit and replaced; not at once,
for a station that was away tells much in a row, and each correction is a dispute.
Spec: 2.3.0 mod_cdrs, Credit CDRs.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.metrology.model import Attested
from cpo_adapter.sessions.billing import NotBillable, NothingDue
from cpo_adapter.sessions.bills import credit, energy_wh, is_right
from cpo_adapter.sessions.ledger import Became, Credited, Ledger, Settled, Standing
from cpo_adapter.sessions.objects import Renderer
from cpo_adapter.sessions.transaction import Transaction
from ocpi.objects.record import Outcome, Record
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from schemas.kinds import ObjectKey

log = logger(__name__)

CALM: Final = timedelta(minutes=2)
"""How long nothing more must have come before a bill that was sent is corrected."""


class Announcing(Protocol):
    """Tells the one party that it is for. Durable when a method returns; it may be told twice."""

    async def to_one(self, record: Record) -> None: ...

    async def bill(self, record: Record, session: ObjectKey) -> Outcome: ...


class Attesting(Protocol):
    """Who looks at what meters signed."""

    async def attested(self, transaction: Transaction) -> Attested: ...


class Settlement:
    def __init__(
        self,
        *,
        ledger: Ledger,
        renderer: Renderer,
        announcer: Announcing,
        metrology: Attesting,
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._renderer = renderer
        self._announcer = announcer
        self._metrology = metrology
        self._clock = clock

    async def settle(self, transaction: Transaction, authorized: Authorized, seen: Standing) -> None:
        """`seen` was read before the transaction was."""
        settled: Settled | None
        if seen.bill is None:
            settled = await self._first(transaction, authorized, seen)
        else:
            settled = await self._again(transaction, authorized, seen, seen.bill)
        if settled is not None and await self._ledger.settle(transaction.begin.number, seen, settled):
            log.info(
                "transaction settled",
                number=transaction.begin.number,
                outcome=settled.outcome,
                reason=settled.reason,
            )

    async def _first(self, transaction: Transaction, authorized: Authorized, seen: Standing) -> Settled:
        try:
            bill = await self._bill(transaction, authorized, seen, len(seen.credited))
        except NothingDue as reason:
            await self._announce(transaction, authorized, seen.credited, None)
            return _not_billed(transaction, reason)
        except NotBillable as trouble:
            return _held(transaction, trouble)
        live = await self._ledger.keep_bill(transaction.begin.number, bill.body)
        await self._announce(transaction, authorized, seen.credited, live)
        return _billed(transaction, live)

    async def _again(
        self, transaction: Transaction, authorized: Authorized, seen: Standing, live: bytes
    ) -> Settled | None:
        """None: not yet, or somebody else is at it."""
        try:
            other = (await self._bill(transaction, authorized, seen, len(seen.credited) + 1)).body
        except NothingDue as reason:
            is_done = await self._replaced(transaction, authorized, live, None)
            return _not_billed(transaction, reason) if is_done else None
        except NotBillable as trouble:
            return await self._stands(transaction, authorized, seen, f"a correction is held: {trouble}")
        if is_right(live, other):
            return await self._stands(transaction, authorized, seen)
        is_done = await self._replaced(transaction, authorized, live, other)
        return _billed(transaction, other) if is_done else None

    async def _bill(
        self, transaction: Transaction, authorized: Authorized, seen: Standing, taken_back: int
    ) -> Record:
        """Raises NothingDue, NotBillable."""
        if seen.written_off is not None:
            raise NothingDue(seen.written_off)
        attested = await self._metrology.attested(transaction)
        return self._renderer.bill(transaction, authorized, taken_back, attested)

    async def _stands(
        self, transaction: Transaction, authorized: Authorized, seen: Standing, reason: str | None = None
    ) -> Settled:
        live = seen.bill or b""
        if not seen.is_announced:
            await self._announce(transaction, authorized, seen.credited, live)
        return _billed(transaction, live, reason)

    async def _replaced(
        self, transaction: Transaction, authorized: Authorized, live: bytes, other: bytes | None
    ) -> bool:
        number, now = transaction.begin.number, self._clock.now()
        if timedelta(0) <= now - transaction.heard_at < CALM:  # a clock may have been set back since
            return False
        if not await self._ledger.replace_bill(number, live, other, now):
            return False
        log.warning("bill corrected", number=number, is_replaced=other is not None)
        await self._announcer.to_one(self._renderer.session(transaction, authorized))
        await self._announce(transaction, authorized, (await self._ledger.standing(number)).credited, other)
        return True

    async def _announce(
        self,
        transaction: Transaction,
        authorized: Authorized,
        credited: Sequence[Credited],
        live: bytes | None,
    ) -> None:
        """All bills in their order; those that were announced before are not told again."""
        taken_back = [body for each in credited for body in (each.body, credit(each.body, each.at))]
        session = self._renderer.session_key(transaction)
        for body in [*taken_back, *([live] if live else [])]:
            await self._announcer.bill(self._renderer.bill_record(authorized, body), session)


def _billed(transaction: Transaction, live: bytes, reason: str | None = None) -> Settled:
    """What a bill does not cover, for it is to be corrected, is held."""
    billed_wh = energy_wh(live)
    return Settled(Became.BILLED, reason, billed_wh=billed_wh, held_wh=transaction.energy_wh - billed_wh)


def _held(transaction: Transaction, trouble: NotBillable) -> Settled:
    lacks = bool(transaction.lacks)
    return Settled(Became.HELD, str(trouble), held_wh=transaction.energy_wh, lacks=lacks)


def _not_billed(transaction: Transaction, reason: NothingDue) -> Settled:
    return Settled(Became.NOT_BILLED, str(reason), not_billed_wh=transaction.energy_wh)
