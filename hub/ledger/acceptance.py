"""A bill arrives: can it be at all, has it come before, does its receiver want it as it is?

It is judged first and stored then, with what follows from the verdict in the same write, so that nobody reads
a bill that is to be held. What a crash cuts off is done when the bill is sent again, and its sender sends it
again, for it had no answer.
Spec: 2.3.0 mod_cdrs, POST method.
"""

from dataclasses import replace
from typing import Final

from hub.ledger.flaws import Flaw, impossibility, wrong_card
from hub.ledger.quarantine import Quarantine
from hub.routing.parties import may_hear_of
from ocpi.errors import InvalidParameters, PlatformFailed
from ocpi.objects.holds import Hold
from ocpi.objects.intake import Accepted
from ocpi.objects.record import Outcome, Record
from ocpi.objects.store import ObjectStore
from ocpi.objects.verdicts import Verdicts
from ocpi.partners.agreements import Terms
from ocpi.partners.directory import Directory
from ocpi.pricing.audit import Audit
from ocpi.process.clock import Clock
from schemas.kinds import ObjectKey, ObjectKind

CREDITS_WITHHELD: Final = "credits_withheld_bill"
"""The code with which a credit waits for the bill that it takes back."""
_OTHER_CONTENT: Final = "cdr_changed"


class Acceptance:
    def __init__(
        self,
        *,
        store: ObjectStore,
        verdicts: Verdicts,
        quarantine: Quarantine,
        directory: Directory,
        clock: Clock,
    ) -> None:
        self._store = store
        self._verdicts = verdicts
        self._quarantine = quarantine
        self._directory = directory
        self._clock = clock

    async def take(self, bill: Record) -> Accepted:
        """Once and for ever; the same again is welcome. Raises InvalidParameters for what is quarantined."""
        kept = await self._store.get_by_id(bill.database_id)
        if kept is not None:
            return await self._again(bill, kept)
        verdict = await self._verdicts.examined(bill)
        flaw = self._of_card(bill) or impossibility(verdict)
        if flaw is not None:
            raise await self._refused(bill, flaw)
        verdict = await self._verdicts.compared(bill, verdict)
        new = replace(bill, hold=await self._hold(bill, verdict))
        if await self._store.insert(new) is Outcome.CREATED:
            await self._verdicts.keep(new, verdict)
            return Accepted(Outcome.CREATED, new)
        return await self._again(bill, await self._kept(bill))

    def _of_card(self, bill: Record) -> Flaw | None:
        """Nobody is billed for the card of another, and no CPO by itself."""
        to, owner = bill.audience, bill.key.owner
        if to is None or (to != owner and may_hear_of(self._directory, to, bill.value()["cdr_token"])):
            return None
        return wrong_card(to)

    async def _again(self, bill: Record, kept: Record) -> Accepted:
        if kept.audience != bill.audience or not kept.says_same(bill):
            flaw = Flaw(_OTHER_CONTENT, "/id", f"the CDR {bill.key.id!r} exists with another content")
            raise await self._refused(bill, flaw, kept)
        if not await self._verdicts.of([kept.database_id]):
            await self._verdicts.judge(kept)
        return Accepted(Outcome.UNCHANGED, kept)

    async def _kept(self, bill: Record) -> Record:
        """What somebody else has stored at this moment."""
        kept = await self._store.get_by_id(bill.database_id)
        if kept is None:
            raise PlatformFailed(f"{bill.key} was there and is not: send it again")
        return kept

    async def _refused(self, bill: Record, flaw: Flaw, kept: Record | None = None) -> InvalidParameters:
        await self._quarantine.keep(bill, flaw, kept)
        return InvalidParameters(flaw.text, pointer=flaw.pointer)

    async def _hold(self, bill: Record, verdict: Audit) -> Hold | None:
        found = {finding.code for finding in verdict.findings}
        codes = sorted(found & self._terms(bill).holds)
        if await self._credits_withheld(bill):
            codes.append(CREDITS_WITHHELD)
        return Hold(tuple(codes), self._clock.now()) if codes else None

    def _terms(self, bill: Record) -> Terms:
        """Of the agreement as it stands, also when it has ended: the charge began before."""
        key = (bill.key.owner, bill.audience)
        agreements = self._directory.agreements_of(bill.key.owner)
        return next((each.terms for each in agreements if each.key == key), Terms())

    async def _credits_withheld(self, bill: Record) -> bool:
        value = bill.value()
        credited = value.get("credit_reference_id") if value.get("credit") else None
        held = (
            await self._store.get(ObjectKey(ObjectKind.CDR, bill.key.owner, credited)) if credited else None
        )
        return held is not None and held.is_withheld
