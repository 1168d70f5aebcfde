"""Location, EVSE and Connector without parking places and plug & charge. Spec: 2.2.1 mod_locations."""

from schemas.base import OcpiModel
from schemas.strings import (
    CiString36,
    CiString48,
    Country,
    CountryCode,
    PartyCode,
    String4,
    String10,
    String16,
    String45,
    String255,
    TimeZone,
    Url,
)
from schemas.types import AtLeastOne, Boolean, DateTime, DisplayText, Integer, Many
from schemas.v2_3_0.business import BusinessDetails, Image
from schemas.v2_3_0.energy import EnergyMix
from schemas.v2_3_0.enums import (
    Capability,
    ConnectorFormat,
    ConnectorType,
    Facility,
    ParkingRestriction,
    ParkingType,
    PowerType,
    Status,
)
from schemas.v2_3_0.evses import GeoLocation, StatusSchedule
from schemas.v2_3_0.locations import AdditionalGeoLocation, PublishTokenType
from schemas.v2_3_0.opening_times import Hours


class Connector(OcpiModel):
    id: CiString36
    standard: ConnectorType
    format: ConnectorFormat
    power_type: PowerType
    max_voltage: Integer
    max_amperage: Integer
    max_electric_power: Integer | None = None
    tariff_ids: Many[CiString36] = ()
    terms_and_conditions: Url | None = None
    last_updated: DateTime


class EVSE(OcpiModel):
    uid: CiString36
    evse_id: CiString48 | None = None
    status: Status
    status_schedule: Many[StatusSchedule] = ()
    capabilities: Many[Capability] = ()
    connectors: AtLeastOne[Connector]
    floor_level: String4 | None = None
    coordinates: GeoLocation | None = None
    physical_reference: String16 | None = None
    directions: Many[DisplayText] = ()
    parking_restrictions: Many[ParkingRestriction] = ()
    images: Many[Image] = ()
    last_updated: DateTime


class Location(OcpiModel):
    country_code: CountryCode
    party_id: PartyCode
    id: CiString36
    publish: Boolean
    publish_allowed_to: Many[PublishTokenType] = ()
    name: String255 | None = None
    address: String255
    city: String45
    postal_code: String10 | None = None
    state: String45 | None = None
    country: Country
    coordinates: GeoLocation
    related_locations: Many[AdditionalGeoLocation] = ()
    parking_type: ParkingType | None = None
    evses: Many[EVSE] = ()
    directions: Many[DisplayText] = ()
    operator: BusinessDetails | None = None
    suboperator: BusinessDetails | None = None
    owner: BusinessDetails | None = None
    facilities: Many[Facility] = ()
    time_zone: TimeZone
    opening_times: Hours | None = None
    charging_when_closed: Boolean | None = None
    images: Many[Image] = ()
    energy_mix: EnergyMix | None = None
    last_updated: DateTime
