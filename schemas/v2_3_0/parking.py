"""Parking places and which EVSE serves which: what European access points (AFIR) ask for.

Spec: 2.3.0 mod_locations, Parking and EVSEParking. Receivers other than national access points may
ignore all of it.
"""

from schemas.base import OcpiModel
from schemas.strings import CiString36, String12
from schemas.types import AtLeastOne, Boolean, CiString, Many, Number
from schemas.v2_3_0.business import Image
from schemas.v2_3_0.enums import EVSEPosition, ParkingDirection, VehicleType


class Parking(OcpiModel):
    """A kind of parking place; its id is unique within the Location.

    Weights are kg, lengths cm, `time_limit` minutes.
    """

    id: CiString36
    physical_reference: String12 | None = None
    vehicle_types: AtLeastOne[VehicleType]
    max_vehicle_weight: Number | None = None
    max_vehicle_height: Number | None = None
    max_vehicle_length: Number | None = None
    max_vehicle_width: Number | None = None
    parking_space_length: Number | None = None
    parking_space_width: Number | None = None
    dangerous_goods_allowed: Boolean | None = None
    direction: ParkingDirection | None = None
    drive_through: Boolean | None = None
    restricted_to_type: Boolean
    reservation_required: Boolean
    time_limit: Number | None = None
    roofed: Boolean | None = None
    images: Many[Image] = ()
    lighting: Boolean | None = None
    refrigeration_outlet: Boolean | None = None
    standards: Many[CiString36] = ()
    apds_reference: CiString | None = None


class EVSEParking(OcpiModel):
    """`parking_id` names one of the Location's `parking_places`; the position is seen facing the EVSE."""

    parking_id: CiString36
    evse_position: EVSEPosition | None = None
