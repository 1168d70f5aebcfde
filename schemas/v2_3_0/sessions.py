"""Session: a charging session while it runs. Spec: 2.3.0 mod_sessions."""

from schemas.base import OcpiModel
from schemas.strings import CiString36, CountryCode, Currency, PartyCode, String255
from schemas.types import Boolean, DateTime, Many, Number, Price
from schemas.v2_3_0.cdrs import CdrToken, ChargingPeriod
from schemas.v2_3_0.enums import AuthMethod, ProfileType, SessionStatus


class Session(OcpiModel):
    """Its costs are a running estimate; the CDR is the bill. COMPLETED and INVALID are final."""

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


class ChargingPreferences(OcpiModel):
    """What the driver wants; `energy_need` is kWh."""

    profile_type: ProfileType
    departure_time: DateTime | None = None
    energy_need: Number | None = None
    discharge_allowed: Boolean | None = None
