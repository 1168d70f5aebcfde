"""Where the records of a CPO and the bills that arrived from it differ.

Spec: 2.3.0 edition 2 mod_invoice_reconciliation.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore, Selection
from ocpi.reconciliation import records
from ocpi.reconciliation.coverage import Coverage
from schemas.kinds import ObjectKey, ObjectKind
from schemas.v2_3_0.invoice_reconciliation import InvoiceReconciliationRecord

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Compared:
    """`unknown` are ids of CDRs that never arrived, `elsewhere` those that another record covers too."""

    told: InvoiceReconciliationRecord
    unknown: tuple[str, ...]
    elsewhere: tuple[str, ...]


class Differences:
    def __init__(self, store: ObjectStore, coverage: Coverage) -> None:
        self._store = store
        self._coverage = coverage

    async def records(self) -> AsyncIterator[Compared]:
        async for held in self._store.each(Selection(records.KIND)):
            yield await self._compared(held)

    async def uncovered(self) -> AsyncIterator[ObjectKey]:
        """CDRs that no record covers, of CPOs that tell records."""
        owners = await self._coverage.owners()
        waiting: list[ObjectKey] = []
        async for bill in self._store.each(Selection(ObjectKind.CDR, owners)):
            waiting.append(bill.key)
            if len(waiting) == _AT_ONCE:
                for key in await self._not_covered(waiting):
                    yield key
                waiting.clear()
        for key in await self._not_covered(waiting):
            yield key

    async def _compared(self, held: Record) -> Compared:
        told, owner = records.read(held.value()), held.key.owner
        covering = await self._coverage.of(owner, told.cdrs)
        unknown = await records.unknown(self._store, told, held.audience)
        elsewhere = [str(each) for each in told.cdrs if len(covering.get(each.lower(), ())) > 1]
        return Compared(told, tuple(unknown), tuple(elsewhere))

    async def _not_covered(self, keys: Sequence[ObjectKey]) -> list[ObjectKey]:
        covered = {
            owner: await self._coverage.of(owner, [key.id for key in keys if key.owner == owner])
            for owner in {key.owner for key in keys}
        }
        return [key for key in keys if key.id.lower() not in covered[key.owner]]
