"""Location: a place with EVSEs, owned by a CPO. Spec: 2.3.0 mod_locations, Location.

EVSE and Connector are defined in `evses` and offered here too, since they travel over this module.
"""

from schemas.base import OcpiModel
from schemas.strings import (
    CiString25,
    CiString36,
    Country,
    CountryCode,
    Latitude,
    Longitude,
    PartyCode,
    String10,
    String45,
    String64,
    String255,
    TimeZone,
)
from schemas.types import Boolean, DateTime, DisplayText, Many
from schemas.v2_3_0.business import BusinessDetails, Image
from schemas.v2_3_0.energy import EnergyMix
from schemas.v2_3_0.enums import Facility, ParkingType, TokenType
from schemas.v2_3_0.evses import EVSE, Connector, GeoLocation
from schemas.v2_3_0.opening_times import Hours
from schemas.v2_3_0.parking import Parking

__all__ = ["EVSE", "AdditionalGeoLocation", "Connector", "GeoLocation", "Location", "PublishTokenType"]


class AdditionalGeoLocation(OcpiModel):
    latitude: Latitude
    longitude: Longitude
    name: DisplayText | None = None


class PublishTokenType(OcpiModel):
    """Whose token may see an unpublished Location: all fields that are set must match."""

    uid: CiString36 | None = None
    type: TokenType | None = None
    visual_number: String64 | None = None
    issuer: String64 | None = None
    group_id: CiString36 | None = None


class Location(OcpiModel):
    """Never deleted: a Location whose EVSEs are all REMOVED has ended."""

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
    parking_places: Many[Parking] = ()
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
    help_phone: CiString25 | None = None
    last_updated: DateTime
