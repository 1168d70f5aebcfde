"""CDR with prices and tariffs of 2.2.1. Spec: 2.2.1 mod_cdrs."""

from schemas.base import OcpiModel
from schemas.strings import CiString36, CiString39, CountryCode, Currency, PartyCode, String255
from schemas.types import AtLeastOne, Boolean, DateTime, Many, Number
from schemas.v2_2_1.tariffs import Tariff
from schemas.v2_2_1.types import Price
from schemas.v2_3_0.cdrs import CdrLocation, CdrToken, ChargingPeriod, SignedData
from schemas.v2_3_0.enums import AuthMethod


class CDR(OcpiModel):
    country_code: CountryCode
    party_id: PartyCode
    id: CiString39
    start_date_time: DateTime
    end_date_time: DateTime
    session_id: CiString36 | None = None
    cdr_token: CdrToken
    auth_method: AuthMethod
    authorization_reference: CiString36 | None = None
    cdr_location: CdrLocation
    meter_id: String255 | None = None
    currency: Currency
    tariffs: Many[Tariff] = ()
    charging_periods: AtLeastOne[ChargingPeriod]
    signed_data: SignedData | None = None
    total_cost: Price
    total_fixed_cost: Price | None = None
    total_energy: Number
    total_energy_cost: Price | None = None
    total_time: Number
    total_time_cost: Price | None = None
    total_parking_time: Number | None = None
    total_parking_cost: Price | None = None
    total_reservation_cost: Price | None = None
    remark: String255 | None = None
    invoice_reference_id: CiString39 | None = None
    credit: Boolean | None = None
    credit_reference_id: CiString39 | None = None
    home_charging_compensation: Boolean | None = None
    last_updated: DateTime
