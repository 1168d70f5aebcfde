"""Which CDRs are covered by which records, arranged so that either can be asked for the other.

Spec: 2.3.0 edition 2 mod_invoice_reconciliation; ids of CDRs are equal without case.
"""

from collections.abc import Iterable
from typing import Final

from ocpi.process.mongo import ASCENDING, Index, Mongo
from schemas.kinds import ObjectKey, PartyId
from schemas.v2_3_0.invoice_reconciliation import InvoiceReconciliationRecord

COLLECTION: Final = "covered_cdrs"
INDEXES = (Index(collection=COLLECTION, keys=(("owner", ASCENDING), ("cdrs", ASCENDING))),)


class Coverage:
    """One document for each record. Noting the same again changes nothing."""

    def __init__(self, mongo: Mongo) -> None:
        self._records = mongo.collection(COLLECTION)

    async def note(self, key: ObjectKey, told: InvoiceReconciliationRecord) -> None:
        covered = {"owner": str(key.owner), "record": str(key.id), "cdrs": sorted(folded(told.cdrs))}
        await self._records.replace_one({"_id": str(key)}, covered, upsert=True)

    async def forget(self, key: ObjectKey) -> None:
        await self._records.delete_one({"_id": str(key)})

    async def of(self, owner: PartyId, cdr_ids: Iterable[str]) -> dict[str, list[str]]:
        """The records that cover each of these CDRs, by the CDR's id in lower case; none are left out."""
        asked = folded(cdr_ids)
        found: dict[str, list[str]] = {}
        async for document in self._records.find({"owner": str(owner), "cdrs": {"$in": sorted(asked)}}):
            for cdr_id in asked.intersection(document["cdrs"]):
                found.setdefault(cdr_id, []).append(document["record"])
        return found

    async def owners(self) -> list[PartyId]:
        """Who has told records."""
        return [PartyId.parse(each) for each in sorted(await self._records.distinct("owner"))]


def folded(cdr_ids: Iterable[str]) -> set[str]:
    return {str(each).lower() for each in cdr_ids}
