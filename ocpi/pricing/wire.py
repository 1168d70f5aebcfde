"""Tariffs and CDRs as they come over the wire: typed shells, every field optional, numbers as Decimals.

All three OCPI versions share one shape; a Price has the fields of 2.2.1 and of 2.3.0, and is a plain number
in 2.1.1. Only what pricing and auditing read has a field. `opening` puts documents into these shells.
Spec: 2.3.0 mod_cdrs, mod_tariffs; 2.2.1 and 2.1.1 likewise.
"""

from decimal import Decimal

import msgspec


class WireTax(msgspec.Struct, gc=False):
    """TaxAmount of 2.3.0."""

    name: str | None = None
    percentage: Decimal | None = None
    amount: Decimal | None = None


class WirePrice(msgspec.Struct, gc=False):
    """Price of 2.2.1 and 2.3.0, and PriceLimit."""

    excl_vat: Decimal | None = None
    incl_vat: Decimal | None = None
    before_taxes: Decimal | None = None
    after_taxes: Decimal | None = None
    taxes: list[WireTax] | None = None


class WireDimension(msgspec.Struct, gc=False):
    """CdrDimension."""

    type: str | None = None
    volume: Decimal | None = None


class WirePeriod(msgspec.Struct, gc=False):
    """ChargingPeriod."""

    start_date_time: str | None = None
    dimensions: list[WireDimension] | None = None
    tariff_id: str | None = None


class WireToken(msgspec.Struct, gc=False):
    """CdrToken."""

    uid: str | None = None
    contract_id: str | None = None


class WireLocation(msgspec.Struct, gc=False):
    """CdrLocation, and as much of the Location that a 2.1.1 CDR embeds."""

    id: str | None = None
    country: str | None = None
    evse_uid: str | None = None
    evse_id: str | None = None
    connector_id: str | None = None
    connector_power_type: str | None = None


class WireSignedValue(msgspec.Struct, gc=False):
    """SignedValue."""

    nature: str | None = None
    plain_data: str | None = None
    signed_data: str | None = None


class WireSignedData(msgspec.Struct, gc=False):
    """SignedData."""

    encoding_method: str | None = None
    signed_values: list[WireSignedValue] | None = None


class WireCdr(msgspec.Struct, gc=False):
    """What pricing and auditing read of a CDR. Tariffs stay bytes until they turn out to be unknown."""

    country_code: str | None = None
    party_id: str | None = None
    id: str | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None
    session_id: str | None = None
    cdr_token: WireToken | None = None
    auth_id: str | None = None
    authorization_reference: str | None = None
    cdr_location: WireLocation | None = None
    location: WireLocation | None = None
    currency: str | None = None
    tariffs: msgspec.Raw = msgspec.Raw()
    charging_periods: list[WirePeriod] | None = None
    signed_data: WireSignedData | None = None
    total_cost: WirePrice | Decimal | None = None
    total_fixed_cost: WirePrice | None = None
    total_energy: Decimal | None = None
    total_energy_cost: WirePrice | None = None
    total_time: Decimal | None = None
    total_time_cost: WirePrice | None = None
    total_parking_time: Decimal | None = None
    total_parking_cost: WirePrice | None = None
    total_reservation_cost: WirePrice | None = None
    credit: bool | None = None
    credit_reference_id: str | None = None
    last_updated: str | None = None


class WireRounding(msgspec.Struct, gc=False):
    """price_round and step_round, which one hub adds to components."""

    round_granularity: str | None = None
    round_rule: str | None = None


class WireComponent(msgspec.Struct, gc=False):
    """PriceComponent."""

    type: str | None = None
    price: Decimal | None = None
    vat: Decimal | None = None
    step_size: Decimal | None = None
    price_round: WireRounding | None = None
    step_round: WireRounding | None = None


class WireRestrictions(msgspec.Struct, gc=False):
    """TariffRestrictions."""

    start_time: str | None = None
    end_time: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    min_kwh: Decimal | None = None
    max_kwh: Decimal | None = None
    min_current: Decimal | None = None
    max_current: Decimal | None = None
    min_power: Decimal | None = None
    max_power: Decimal | None = None
    min_duration: Decimal | None = None
    max_duration: Decimal | None = None
    day_of_week: list[str] | None = None
    reservation: str | None = None


class WireElement(msgspec.Struct, gc=False):
    """TariffElement."""

    price_components: list[WireComponent] | None = None
    restrictions: WireRestrictions | None = None


class WireTariff(msgspec.Struct, gc=False):
    """Tariff."""

    country_code: str | None = None
    party_id: str | None = None
    id: str | None = None
    currency: str | None = None
    type: str | None = None
    min_price: WirePrice | None = None
    max_price: WirePrice | None = None
    elements: list[WireElement] | None = None
    tax_included: str | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None
    last_updated: str | None = None
    tariff_alt_url: str | None = None
