"""EVSE and Connector: what a car is plugged into. Spec: 2.3.0 mod_locations, EVSE and Connector."""

from schemas.base import OcpiModel
from schemas.strings import CiString36, CiString48, Latitude, Longitude, String4, String16, String50, Url
from schemas.types import AtLeastOne, DateTime, DisplayText, Integer, Many
from schemas.v2_3_0.business import Image
from schemas.v2_3_0.enums import (
    Capability,
    ConnectorCapability,
    ConnectorFormat,
    ConnectorType,
    ParkingRestriction,
    PowerType,
    Status,
)
from schemas.v2_3_0.parking import EVSEParking


class GeoLocation(OcpiModel):
    """WGS 84 in decimal degrees, as texts."""

    latitude: Latitude
    longitude: Longitude


class StatusSchedule(OcpiModel):
    """A status that is planned; the actual status is still told when it changes."""

    period_begin: DateTime
    period_end: DateTime | None = None
    status: Status


class Connector(OcpiModel):
    """A socket or cable. Voltage is V (line to neutral for three phases), amperage A, electric power W."""

    id: CiString36
    standard: ConnectorType
    format: ConnectorFormat
    power_type: PowerType
    max_voltage: Integer
    max_amperage: Integer
    max_electric_power: Integer | None = None
    tariff_ids: Many[CiString36] = ()
    terms_and_conditions: Url | None = None
    capabilities: Many[ConnectorCapability] = ()
    last_updated: DateTime


class EVSE(OcpiModel):
    """One charging place: one car at a time, however many connectors it has.

    `uid` is for machines and never used again; `evse_id` is the one for people.
    """

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
    parking: Many[EVSEParking] = ()
    images: Many[Image] = ()
    accepted_service_providers: Many[String50] = ()
    last_updated: DateTime
