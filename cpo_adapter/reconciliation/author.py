"""The operator's records: written from bills of its own, told to the issuer, changed, withdrawn.

A new record is POSTed once. If that does not surely arrive, and for every change, the outbox owes the issuer
the state of the record, and PUTs or DELETEs it until it has it; what a crash left untold is owed at the next
start. Whoever missed everything finds the records in our list.
Spec: 2.3.0 edition 2 mod_invoice_reconciliation, Sender Interface; Receiver Interface.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from cpo_adapter.reconciliation.wanted import Changed, New
from ocpi.client import invoice_reconciliation
from ocpi.client.line import Line
from ocpi.client.lines import Lines
from ocpi.delivery.announce import Announcer
from ocpi.errors import DeliveryError, InvalidParameters, UnknownObject
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import Mongo
from ocpi.reconciliation import records
from ocpi.reconciliation.coverage import Coverage
from ocpi.server.parties import Own
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import EMSP
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.invoice_reconciliation import InvoiceReconciliationRecord

log = logger(__name__)
UNTOLD: Final = "untold_reconciliations"


class Author:
    def __init__(
        self,
        *,
        own: Own,
        store: ObjectStore,
        coverage: Coverage,
        announcer: Announcer,
        directory: Directory,
        lines: Lines,
        mongo: Mongo,
        clock: Clock,
    ) -> None:
        self._own = own
        self._store = store
        self._coverage = coverage
        self._announcer = announcer
        self._directory = directory
        self._lines = lines
        self._untold = mongo.collection(UNTOLD)
        self._clock = clock

    async def resume(self) -> None:
        """What a crash left untold."""
        async for document in self._untold.find({}):
            record = await self._store.get_by_id(document["_id"])
            if record is not None:
                await self._coverage.note(record.key, records.read(record.value()))
                await self._announcer.to_one(record)
            await self._untold.delete_one({"_id": document["_id"]})

    async def write(self, wanted: New) -> Record:
        """Raises InvalidParameters for CDRs that are not billed to this issuer, or covered already."""
        emsp = PartyId.parse(wanted.emsp)
        told = self._told(str(uuid.uuid4()), wanted)
        await self._check(emsp, told)
        record = records.kept(told, emsp)
        line = self._line(emsp)
        await self._untold.insert_one({"_id": record.database_id})
        await self._store.put(record)
        await self._coverage.note(record.key, told)
        if line is None or not await self._arrives(line, told):
            await self._announcer.to_one(record)
        await self._untold.delete_one({"_id": record.database_id})
        return record

    async def change(self, record_id: str, wanted: Changed) -> Record:
        """Raises UnknownObject, InvalidParameters."""
        held, emsp = await self._held(record_id)
        told = self._told(held.key.id, wanted)
        await self._check(emsp, told)
        changed = records.kept(told, emsp)
        await self._announcer.to_one(changed)
        await self._coverage.note(changed.key, told)
        return changed

    async def withdraw(self, record_id: str) -> None:
        """It was a mistake. Raises UnknownObject."""
        held, _ = await self._held(record_id)
        await self._announcer.to_one(replace(held, deleted=True))
        await self._coverage.forget(held.key)

    async def _held(self, record_id: str) -> tuple[Record, PartyId]:
        for record in await self._store.named(records.KIND, record_id):
            if record.key.owner == self._own.party and record.audience is not None:
                return record, record.audience
        raise UnknownObject(f"there is no record {record_id!r}")

    async def _check(self, emsp: PartyId, told: InvoiceReconciliationRecord) -> None:
        if missing := await records.unknown(self._store, told, emsp):
            raise InvalidParameters(f"{emsp} was not billed with {_few(missing)}", pointer="/cdrs")
        covering = await self._coverage.of(self._own.party, told.cdrs)
        twice = [cdr for cdr, by in covering.items() if set(by) - {str(told.id)}]
        if twice:
            raise InvalidParameters(f"another record covers {_few(sorted(twice))}", pointer="/cdrs")

    def _told(self, record_id: str, wanted: New | Changed) -> InvoiceReconciliationRecord:
        return records.read(
            {
                "country_code": self._own.party.country_code,
                "party_id": self._own.party.party_id,
                "id": record_id,
                "invoice_id": wanted.invoice_id,
                "cdrs": wanted.cdrs,
                "last_updated": self._clock.now(),
            }
        )

    def _line(self, emsp: PartyId) -> Line | None:
        """None where nobody can be told now. Raises NotSpeakable for issuers of older versions."""
        try:
            partner = self._directory.route_to(emsp, EMSP)
            line = self._lines.to(partner, Routing(to=emsp, sender=self._own.party))
            line.requires(InvoiceReconciliationRecord)
        except DeliveryError as error:
            log.warning("a record cannot be told now", emsp=str(emsp), error=error.text)
            return None
        return line

    async def _arrives(self, line: Line, told: InvoiceReconciliationRecord) -> bool:
        try:
            await invoice_reconciliation.post(line, told, Context(owner=self._own.party))
        except DeliveryError as error:
            log.warning("a record was not taken", record=str(told.id), error=error.text)
            return False
        return True


def _few(ids: Sequence[str]) -> str:
    named = ", ".join(ids[:5])
    return named if len(ids) <= 5 else f"{named} and {len(ids) - 5} more"  # noqa: PLR2004 - as many as above
