"""Session with a whole Location. Spec: 2.1.1 mod_sessions."""

from schemas.base import OcpiModel
from schemas.strings import Currency, String36, String255
from schemas.types import DateTime, Many, Number
from schemas.v2_1_1.cdrs import ChargingPeriod
from schemas.v2_1_1.locations import Location
from schemas.v2_3_0.enums import AuthMethod, SessionStatus


class Session(OcpiModel):
    """`location` holds the one EVSE and Connector that are used; the cost is without VAT."""

    id: String36
    start_datetime: DateTime
    end_datetime: DateTime | None = None
    kwh: Number
    auth_id: String36
    auth_method: AuthMethod
    location: Location
    meter_id: String255 | None = None
    currency: Currency
    charging_periods: Many[ChargingPeriod] = ()
    total_cost: Number | None = None
    status: SessionStatus
    last_updated: DateTime
