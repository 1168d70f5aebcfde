"""Where the energy comes from. Spec: 2.3.0 mod_locations, EnergyMix."""

from schemas.base import OcpiModel
from schemas.strings import String64
from schemas.types import Boolean, Many, Number
from schemas.v2_3_0.enums import EnergySourceCategory, EnvironmentalImpactCategory


class EnergySource(OcpiModel):
    """A share of the mix, in percent."""

    source: EnergySourceCategory
    percentage: Number


class EnvironmentalImpact(OcpiModel):
    """Grams per kWh."""

    category: EnvironmentalImpactCategory
    amount: Number


class EnergyMix(OcpiModel):
    is_green_energy: Boolean
    energy_sources: Many[EnergySource] = ()
    environ_impact: Many[EnvironmentalImpact] = ()
    supplier_name: String64 | None = None
    energy_product_name: String64 | None = None
