"""Payment terminals and what they captured. Spec: 2.3.0 Payments 1, mod_payments."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

from schemas.base import OcpiModel
from schemas.numbers import to_number
from schemas.strings import (
    CiCountry,
    CiCurrency,
    CiString10,
    CiString20,
    CiString36,
    CiString45,
    CountryCode,
    FilledCiString255,
    PartyCode,
    Url,
)
from schemas.types import AtLeastOne, DateTime, Many, Price
from schemas.v2_3_0.enums import CaptureStatusCode, InvoiceCreator
from schemas.v2_3_0.evses import GeoLocation


def _from_older_price(value: Any) -> Any:
    """The specification's own samples of this module still write `excl_vat` and `incl_vat`."""
    if not isinstance(value, dict) or "excl_vat" not in value or "before_taxes" in value:
        return value
    rest = {key: item for key, item in value.items() if key not in {"excl_vat", "incl_vat"}}
    return rest | {"before_taxes": value["excl_vat"], "taxes": _vat(value["excl_vat"], value.get("incl_vat"))}


def _vat(before: object, after: object) -> list[dict[str, str | Decimal]]:
    return [] if after is None else [{"name": "VAT", "amount": to_number(after) - to_number(before)}]


class Terminal(OcpiModel):
    """A payment terminal; it serves the union of `location_ids` and `evse_uids`."""

    terminal_id: CiString36
    customer_reference: CiString36 | None = None
    party_id: PartyCode | None = None
    country_code: CountryCode | None = None
    address: CiString45 | None = None
    city: CiString45 | None = None
    postal_code: CiString10 | None = None
    state: CiString20 | None = None
    country: CiCountry | None = None
    coordinates: GeoLocation | None = None
    invoice_base_url: Url | None = None
    invoice_creator: InvoiceCreator | None = None
    reference: CiString36 | None = None
    location_ids: Many[CiString36] = ()
    evse_uids: Many[CiString36] = ()
    last_updated: DateTime


class FinancialAdviceConfirmation(OcpiModel):
    """What was really captured; `total_costs` is what the consumer paid, taxes included."""

    id: CiString36
    authorization_reference: CiString36
    total_costs: Annotated[Price, BeforeValidator(_from_older_price)]
    currency: CiCurrency
    eft_data: AtLeastOne[FilledCiString255]
    capture_status_code: CaptureStatusCode
    capture_status_message: FilledCiString255 | None = None
    last_updated: DateTime
