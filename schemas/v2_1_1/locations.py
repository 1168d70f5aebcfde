"""Location, EVSE and Connector. Spec: 2.1.1 mod_locations."""

from schemas.base import OcpiModel
from schemas.strings import (
    Country,
    Latitude6,
    Longitude6,
    String4,
    String10,
    String16,
    String36,
    String39,
    String45,
    String48,
    String255,
    TimeZone,
    Url,
)
from schemas.types import AtLeastOne, Boolean, DateTime, DisplayText, Integer, Many
from schemas.v2_1_1.energy import EnergyMix
from schemas.v2_1_1.enums import LocationType
from schemas.v2_3_0.business import BusinessDetails, Image
from schemas.v2_3_0.enums import (
    Capability,
    ConnectorFormat,
    ConnectorType,
    Facility,
    ParkingRestriction,
    PowerType,
    Status,
)
from schemas.v2_3_0.evses import StatusSchedule
from schemas.v2_3_0.opening_times import ExceptionalPeriod, RegularHours


class GeoLocation(OcpiModel):
    """With six decimals, no more and no less."""

    latitude: Latitude6
    longitude: Longitude6


class AdditionalGeoLocation(OcpiModel):
    latitude: Latitude6
    longitude: Longitude6
    name: DisplayText | None = None


class Hours(OcpiModel):
    """Either `regular_hours` or `twentyfourseven`, though the specification's own example has both."""

    regular_hours: Many[RegularHours] = ()
    twentyfourseven: Boolean | None = None
    exceptional_openings: Many[ExceptionalPeriod] = ()
    exceptional_closings: Many[ExceptionalPeriod] = ()


class Connector(OcpiModel):
    id: String36
    standard: ConnectorType
    format: ConnectorFormat
    power_type: PowerType
    voltage: Integer
    amperage: Integer
    tariff_id: String36 | None = None
    terms_and_conditions: Url | None = None
    last_updated: DateTime


class EVSE(OcpiModel):
    uid: String39
    evse_id: String48 | None = None
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
    id: String39
    type: LocationType
    name: String255 | None = None
    address: String45
    city: String45
    postal_code: String10
    country: Country
    coordinates: GeoLocation
    related_locations: Many[AdditionalGeoLocation] = ()
    evses: Many[EVSE] = ()
    directions: Many[DisplayText] = ()
    operator: BusinessDetails | None = None
    suboperator: BusinessDetails | None = None
    owner: BusinessDetails | None = None
    facilities: Many[Facility] = ()
    time_zone: TimeZone | None = None
    opening_times: Hours | None = None
    charging_when_closed: Boolean | None = None
    images: Many[Image] = ()
    energy_mix: EnergyMix | None = None
    last_updated: DateTime
