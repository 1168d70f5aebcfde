"""Session with a price of 2.2.1. Spec: 2.2.1 mod_sessions."""

from schemas.base import OcpiModel
from schemas.strings import CiString36, CountryCode, Currency, PartyCode, String255
from schemas.types import DateTime, Many, Number
from schemas.v2_2_1.types import Price
from schemas.v2_3_0.cdrs import CdrToken, ChargingPeriod
from schemas.v2_3_0.enums import AuthMethod, SessionStatus


class Session(OcpiModel):
    country_code: CountryCode
    party_id: PartyCode
    id: CiString36
    start_date_time: DateTime
    end_date_time: DateTime | None = None
    kwh: Number
    cdr_token: CdrToken
    auth_method: AuthMethod
    authorization_reference: CiString36 | None = None
    location_id: CiString36
    evse_uid: CiString36
    connector_id: CiString36
    meter_id: String255 | None = None
    currency: Currency
    charging_periods: Many[ChargingPeriod] = ()
    total_cost: Price | None = None
    status: SessionStatus
    last_updated: DateTime
