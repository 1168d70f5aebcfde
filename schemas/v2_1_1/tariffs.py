"""Tariff: prices without VAT, no validity, no limits. Spec: 2.1.1 mod_tariffs."""

from schemas.base import OcpiModel
from schemas.strings import Currency, LocalDate, LocalTime, String36, Url
from schemas.types import AtLeastOne, DateTime, DisplayText, Integer, Many, Number
from schemas.v2_1_1.energy import EnergyMix
from schemas.v2_3_0.enums import DayOfWeek, TariffDimensionType


class PriceComponent(OcpiModel):
    type: TariffDimensionType
    price: Number
    step_size: Integer


class TariffRestrictions(OcpiModel):
    start_time: LocalTime | None = None
    end_time: LocalTime | None = None
    start_date: LocalDate | None = None
    end_date: LocalDate | None = None
    min_kwh: Number | None = None
    max_kwh: Number | None = None
    min_power: Number | None = None
    max_power: Number | None = None
    min_duration: Integer | None = None
    max_duration: Integer | None = None
    day_of_week: Many[DayOfWeek] = ()


class TariffElement(OcpiModel):
    price_components: AtLeastOne[PriceComponent]
    restrictions: TariffRestrictions | None = None


class Tariff(OcpiModel):
    id: String36
    currency: Currency
    tariff_alt_text: Many[DisplayText] = ()
    tariff_alt_url: Url | None = None
    elements: AtLeastOne[TariffElement]
    energy_mix: EnergyMix | None = None
    last_updated: DateTime
