"""Energy mix whose impacts name a `source`. Spec: 2.1.1 mod_locations, EnvironmentalImpact."""

from schemas.base import OcpiModel
from schemas.strings import String64
from schemas.types import Boolean, Many, Number
from schemas.v2_3_0.energy import EnergySource
from schemas.v2_3_0.enums import EnvironmentalImpactCategory


class EnvironmentalImpact(OcpiModel):
    source: EnvironmentalImpactCategory
    amount: Number


class EnergyMix(OcpiModel):
    is_green_energy: Boolean
    energy_sources: Many[EnergySource] = ()
    environ_impact: Many[EnvironmentalImpact] = ()
    supplier_name: String64 | None = None
    energy_product_name: String64 | None = None
