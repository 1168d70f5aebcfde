"""CDR with a bare total and a whole Location. Spec: 2.1.1 mod_cdrs."""

from schemas.base import OcpiModel
from schemas.strings import CiString36, Currency, String36, String255
from schemas.types import AtLeastOne, DateTime, Many, Number
from schemas.v2_1_1.enums import CdrDimensionType
from schemas.v2_1_1.locations import Location
from schemas.v2_1_1.tariffs import Tariff
from schemas.v2_3_0.enums import AuthMethod


class CdrDimension(OcpiModel):
    type: CdrDimensionType
    volume: Number


class ChargingPeriod(OcpiModel):
    start_date_time: DateTime
    dimensions: AtLeastOne[CdrDimension]


class CDR(OcpiModel):
    """`location` holds the one EVSE and Connector that were used; costs are without VAT."""

    id: CiString36
    start_date_time: DateTime
    stop_date_time: DateTime
    auth_id: String36
    auth_method: AuthMethod
    location: Location
    meter_id: String255 | None = None
    currency: Currency
    tariffs: Many[Tariff] = ()
    charging_periods: AtLeastOne[ChargingPeriod]
    total_cost: Number
    total_energy: Number
    total_time: Number
    total_parking_time: Number | None = None
    remark: String255 | None = None
    last_updated: DateTime
