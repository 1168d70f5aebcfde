"""Tariff whose prices are always without VAT. Spec: 2.2.1 mod_tariffs."""

from schemas.base import OcpiModel
from schemas.strings import CiString36, CountryCode, Currency, PartyCode, Url
from schemas.types import AtLeastOne, DateTime, DisplayText, Many
from schemas.v2_2_1.types import Price
from schemas.v2_3_0.energy import EnergyMix
from schemas.v2_3_0.enums import TariffType
from schemas.v2_3_0.tariffs import TariffElement


class Tariff(OcpiModel):
    """A price component without `vat` means that no VAT applies."""

    country_code: CountryCode
    party_id: PartyCode
    id: CiString36
    currency: Currency
    type: TariffType | None = None
    tariff_alt_text: Many[DisplayText] = ()
    tariff_alt_url: Url | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    elements: AtLeastOne[TariffElement]
    start_date_time: DateTime | None = None
    end_date_time: DateTime | None = None
    energy_mix: EnergyMix | None = None
    last_updated: DateTime
