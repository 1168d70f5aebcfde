"""What the operator decides about a bill that is held: its receiver gets it after all, or never.

The decision is one write with the bill; that it is to be delivered stands there until it is marked, so a
crash in between only makes it late.
"""

from typing import Final

from hub.ledger.quarantine import Quarantine
from hub.routing.forward import Forwarding
from ocpi.errors import SeveralReceivers, UnknownObject
from ocpi.objects.holds import Hold, HoldState
from ocpi.objects.intake import Accepted
from ocpi.objects.record import Outcome, Record
from ocpi.objects.store import ObjectStore
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.registration.named import NotNow
from schemas.kinds import ObjectKey, ObjectKind, PartyId

log = logger(__name__)

LOOKS_EVERY_S: Final = 30.0


class Desk:
    def __init__(
        self, *, store: ObjectStore, quarantine: Quarantine, forwarding: Forwarding, clock: Clock
    ) -> None:
        self._store = store
        self._quarantine = quarantine
        self._forwarding = forwarding
        self._clock = clock

    async def find(self, bill_id: str, owner: PartyId | None) -> ObjectKey:
        """Also one that only came into quarantine. Raises UnknownObject, SeveralReceivers."""
        held = await self._store.named(ObjectKind.CDR, bill_id)
        keys = {each.key for each in held} | set(await self._quarantine.named(bill_id))
        found = [key for key in keys if owner in (None, key.owner)]
        if not found:
            raise UnknownObject(f"there is no bill {bill_id!r}")
        if len(found) > 1:
            owners = ", ".join(sorted(str(key.owner) for key in found))
            raise SeveralReceivers(f"there is a bill {bill_id!r} of each of {owners}: say whose")
        return found[0]

    async def release(self, key: ObjectKey, operator: str) -> None:
        """Raises UnknownObject, NotNow. Done again, it makes sure that the bill is on its way."""
        bill, hold = await self._held(key)
        await self._decide(bill, hold.released(self._clock.now(), operator))
        await self.pass_on_released()

    async def refuse(self, key: ObjectKey, operator: str, reason: str) -> None:
        """Raises UnknownObject, NotNow."""
        bill, hold = await self._held(key)
        await self._decide(bill, hold.refused(self._clock.now(), operator, reason))

    async def run(self) -> None:
        """Pass on what was released and not marked, by whichever process that was."""
        while True:
            await self.pass_on_released()
            await self._clock.sleep(LOOKS_EVERY_S)

    async def pass_on_released(self) -> None:
        for bill in await self._store.held_bills.undelivered():
            if bill.audience is not None:
                await self._forwarding.to_one(Accepted(Outcome.UNCHANGED, bill), bill.audience)
            await self._store.held_bills.passed_on(bill)

    async def _held(self, key: ObjectKey) -> tuple[Record, Hold]:
        bill = await self._store.get(key)
        if bill is None:
            raise UnknownObject(f"the bill {key.id!r} was never taken in")
        if bill.hold is None:
            raise NotNow(f"the bill {key.id!r} is not held")
        return bill, bill.hold

    async def _decide(self, bill: Record, hold: Hold) -> None:
        """The first decision stands; the same once more is none."""
        if not await self._store.held_bills.decide(bill, hold):
            _, kept = await self._held(bill.key)
            if kept.state is not hold.state:
                raise NotNow(f"the bill {bill.key.id!r} was {kept.state} by {kept.by}")
        elif hold.state is HoldState.REFUSED:
            log.warning("bill refused by the operator", cdr=str(bill.key), operator=hold.by)
