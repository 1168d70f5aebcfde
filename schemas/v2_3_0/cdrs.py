"""CDR: the bill of a session, never changed once sent. Spec: 2.3.0 mod_cdrs.

`CdrToken` and `ChargingPeriod` are parts of a Session too.
"""

from schemas.base import OcpiModel
from schemas.strings import (
    CiString32,
    CiString36,
    CiString39,
    CiString48,
    Country,
    CountryCode,
    Currency,
    PartyCode,
    String10,
    String45,
    String255,
    String512,
    String5000,
)
from schemas.types import AtLeastOne, Boolean, DateTime, Integer, Many, Number, Price
from schemas.v2_3_0.enums import (
    AuthMethod,
    CdrDimensionType,
    ConnectorFormat,
    ConnectorType,
    PowerType,
    TokenType,
)
from schemas.v2_3_0.evses import GeoLocation
from schemas.v2_3_0.tariffs import Tariff


class CdrDimension(OcpiModel):
    """How much of one thing within one period; units are those of `CdrDimensionType`."""

    type: CdrDimensionType
    volume: Number


class ChargingPeriod(OcpiModel):
    """From its start until the next one's; a new one begins wherever another price does."""

    start_date_time: DateTime
    dimensions: AtLeastOne[CdrDimension]
    tariff_id: CiString36 | None = None


class CdrToken(OcpiModel):
    country_code: CountryCode
    party_id: PartyCode
    uid: CiString36
    type: TokenType
    contract_id: CiString36


class CdrLocation(OcpiModel):
    """The Location as it was when the session began, one EVSE and one Connector of it.

    Address and state may be as long as those of a Location: the specification lengthened only the latter.
    """

    id: CiString36
    name: String255 | None = None
    address: String255
    city: String45
    postal_code: String10 | None = None
    state: String45 | None = None
    country: Country
    coordinates: GeoLocation
    evse_uid: CiString36
    evse_id: CiString48
    connector_id: CiString36
    connector_standard: ConnectorType
    connector_format: ConnectorFormat
    connector_power_type: PowerType


class SignedValue(OcpiModel):
    """A meter's own words and its signature over them; `nature` says of which moment."""

    nature: CiString32
    plain_data: String5000
    signed_data: String5000


class SignedData(OcpiModel):
    """Carried untouched and in order, so that a driver can check the meter's signature."""

    encoding_method: CiString36
    encoding_method_version: Integer | None = None
    public_key: String512 | None = None
    signed_values: AtLeastOne[SignedValue]
    url: String512 | None = None


class CDR(OcpiModel):
    """Energy is kWh, times are hours. A credit CDR repeats all of it with the total cost negated."""

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
