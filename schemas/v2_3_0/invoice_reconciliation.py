"""Which CDRs an invoice covers. Spec: 2.3.0 edition 2 mod_invoice_reconciliation."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from schemas.base import OcpiModel
from schemas.strings import CiString36, CiString39, CiString255, CountryCode, PartyCode
from schemas.types import AtLeastOne, DateTime


def _id_alone(value: Any) -> Any:
    """The specification's diagram wraps each id in an object, its table does not."""
    return value["id"] if isinstance(value, dict) and "id" in value else value


CdrReference = Annotated[CiString39, BeforeValidator(_id_alone)]
"""As long as the id of a credit CDR, which the table's 36 characters would not hold."""


class InvoiceReconciliationRecord(OcpiModel):
    country_code: CountryCode
    party_id: PartyCode
    id: CiString36
    invoice_id: CiString255
    cdrs: AtLeastOne[CdrReference]
    last_updated: DateTime
