"""Tariff: what charging costs. Spec: 2.3.0 mod_tariffs (with `preauthorize_amount` of Payments 1)."""

from schemas.base import OcpiModel
from schemas.strings import CiString36, CountryCode, Currency, LocalDate, LocalTime, PartyCode, Url
from schemas.types import AtLeastOne, DateTime, DisplayText, Integer, Many, Number
from schemas.v2_3_0.energy import EnergyMix
from schemas.v2_3_0.enums import (
    DayOfWeek,
    ReservationRestrictionType,
    TariffDimensionType,
    TariffType,
    TaxIncluded,
)


class PriceComponent(OcpiModel):
    """A price per kWh, per hour or once; `step_size` counts Wh or seconds, `vat` is a percentage.

    Whether `price` includes taxes is said once, by the Tariff's `tax_included`.
    """

    type: TariffDimensionType
    price: Number
    vat: Number | None = None
    step_size: Integer


class PriceLimit(OcpiModel):
    """A floor or ceiling of the whole session's price."""

    before_taxes: Number
    after_taxes: Number | None = None


class TariffRestrictions(OcpiModel):
    """When an element applies; all that are set must hold. Times and dates are local to the Location.

    Lower bounds are inclusive, upper ones exclusive: kWh, A, kW, seconds since the session began.
    """

    start_time: LocalTime | None = None
    end_time: LocalTime | None = None
    start_date: LocalDate | None = None
    end_date: LocalDate | None = None
    min_kwh: Number | None = None
    max_kwh: Number | None = None
    min_current: Number | None = None
    max_current: Number | None = None
    min_power: Number | None = None
    max_power: Number | None = None
    min_duration: Integer | None = None
    max_duration: Integer | None = None
    day_of_week: Many[DayOfWeek] = ()
    reservation: ReservationRestrictionType | None = None


class TariffElement(OcpiModel):
    price_components: AtLeastOne[PriceComponent]
    restrictions: TariffRestrictions | None = None


class Tariff(OcpiModel):
    """Elements are tried in their order, for each dimension apart."""

    country_code: CountryCode
    party_id: PartyCode
    id: CiString36
    currency: Currency
    type: TariffType | None = None
    tariff_alt_text: Many[DisplayText] = ()
    tariff_alt_url: Url | None = None
    min_price: PriceLimit | None = None
    max_price: PriceLimit | None = None
    preauthorize_amount: Number | None = None
    elements: AtLeastOne[TariffElement]
    tax_included: TaxIncluded
    start_date_time: DateTime | None = None
    end_date_time: DateTime | None = None
    energy_mix: EnergyMix | None = None
    last_updated: DateTime
