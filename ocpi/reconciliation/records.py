"""The invoice reconciliation record as both sides keep it: an object of its author, found by its id.

It names CDRs by id, as texts or as objects with an id, since the specification draws both; kept and sent are
texts. Spec: 2.3.0 edition 2 mod_invoice_reconciliation, InvoiceReconciliationRecord object.
"""

from typing import Any, Final

from ocpi.errors import InvalidParameters
from ocpi.objects.kinds import checked_id
from ocpi.objects.record import Record, database_id
from ocpi.objects.store import ObjectStore
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.invoice_reconciliation import InvoiceReconciliationRecord

KIND: Final = ObjectKind.INVOICE_RECONCILIATION_RECORD
MODULE: Final = KIND.module


def read(value: dict[str, Any]) -> InvoiceReconciliationRecord:
    """Raises ValidationError."""
    return InvoiceReconciliationRecord.model_validate(value)


def key_of(told: InvoiceReconciliationRecord) -> ObjectKey:
    """Raises InvalidParameters for codes that name no party, and for what can be no id."""
    try:
        owner = PartyId(told.country_code, told.party_id)
    except ValueError as error:
        raise InvalidParameters(str(error), pointer="/party_id") from error
    return ObjectKey(KIND, owner, checked_id(told.id, "/id"))


async def unknown(
    store: ObjectStore, told: InvoiceReconciliationRecord, audience: PartyId | None
) -> list[str]:
    """Ids of CDRs that are not kept here; `audience` as they would be kept."""
    owner = PartyId(told.country_code, told.party_id)
    named = {database_id(ObjectKey(ObjectKind.CDR, owner, each), audience): str(each) for each in told.cdrs}
    present = await store.present(list(named), audience)
    return [written for object_id, written in named.items() if object_id not in present]


def kept(told: InvoiceReconciliationRecord, audience: PartyId | None = None) -> Record:
    """Raises as `key_of`."""
    return Record(key_of(told), told.last_updated, codec.dump(told), audience)
