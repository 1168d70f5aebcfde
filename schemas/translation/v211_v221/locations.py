"""Location, EVSE and Connector between 2.1.1 and 2.2.1. Spec: mod_locations of both."""

from schemas.lists import is_listed
from schemas.translation.countries import country_of
from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.translation.v211_v221.ids import id_down, id_up, told_by_the_connection
from schemas.v2_1_1 import locations as v211
from schemas.v2_1_1.enums import LocationType
from schemas.v2_2_1 import locations as v221
from schemas.v2_3_0.enums import ParkingType, PowerType

_ADDRESS_LENGTH = 45
_NO_PARKING_TYPE = frozenset({LocationType.OTHER, LocationType.UNKNOWN})


def location_up(location: v211.Location, crossing: Crossing) -> v221.Location:
    """Owner, publication and, where it is missing, the time zone come from what we know of the partner."""
    context = crossing.context
    if location.type is LocationType.OTHER:
        crossing.change("type", reason="2.2.1 knows no other kind of parking")
    return crossing.carry(
        location,
        v221.Location,
        used={"type"},
        country_code=context.owner.country_code,
        party_id=context.owner.party_id,
        id=id_up(location.id, crossing),
        publish=True,
        parking_type=None if location.type in _NO_PARKING_TYPE else location.type.value,
        postal_code=postal_code_up(location.postal_code, crossing),
        country=three_letters(location.country),
        time_zone=location.time_zone or _time_zone(location.country, crossing),
        operator=location.operator or context.operator,
    )


def location_down(location: v221.Location, crossing: Crossing) -> v211.Location | Withheld:
    """Withheld if it must not be shown: 2.1.1 has no word for that."""
    if not location.publish and not crossing.context.policy.shows_nobody:
        return Withheld("it is not published, and a 2.1.1 partner would show it")
    if not location.publish:
        crossing.change("publish", reason="2.1.1 has no such field")
    lower = crossing.carry(
        location,
        v211.Location,
        used=told_by_the_connection(location, crossing) | {"publish", "parking_type"},
        id=id_down(location.id, crossing),
        type=_location_type(location.parking_type, crossing),
        address=short_address(location.address, crossing),
        postal_code=postal_code_down(location.postal_code, crossing),
    )
    return lower.model_copy(update={"operator": lower.operator or crossing.context.operator})


def evse_up(evse: v211.EVSE, crossing: Crossing) -> v221.EVSE:
    return crossing.carry(evse, v221.EVSE, uid=id_up(evse.uid, crossing))


def evse_down(evse: v221.EVSE, crossing: Crossing) -> v211.EVSE | Withheld:
    connectors = crossing.items("connectors", evse.connectors)
    if not connectors:
        return Withheld(f"none of its connectors is in the list of {crossing.route.target}")
    return crossing.carry(evse, v211.EVSE, uid=id_down(evse.uid, crossing), connectors=connectors)


def connector_up(connector: v211.Connector, crossing: Crossing) -> v221.Connector:
    return crossing.carry(
        connector,
        v221.Connector,
        used={"tariff_id"},
        renames={"voltage": "max_voltage", "amperage": "max_amperage"},
        tariff_ids=[connector.tariff_id] if connector.tariff_id is not None else [],
    )


def connector_down(connector: v221.Connector, crossing: Crossing) -> v211.Connector | Withheld:
    """No other standard may stand for one that is not listed: the plug would not fit."""
    if not is_listed(connector.standard, crossing.route.target):
        return Withheld(f"{connector.standard} is not in the list of {crossing.route.target}")
    return crossing.carry(
        connector,
        v211.Connector,
        used={"tariff_ids"},
        renames={"max_voltage": "voltage", "max_amperage": "amperage"},
        power_type=power_type_down("power_type", connector.power_type, crossing),
        tariff_id=_one_tariff(connector, crossing),
    )


def power_type_down(name: str, power_type: PowerType, crossing: Crossing) -> PowerType:
    """Two phases of either kind are nearest to one."""
    if is_listed(power_type, crossing.route.target):
        return power_type
    crossing.change(name, reason=f"{power_type} is not in the list of {crossing.route.target}")
    return PowerType.AC_1_PHASE


def short_address(address: str, crossing: Crossing) -> str:
    if len(address) > _ADDRESS_LENGTH:
        crossing.change("address", reason="2.1.1 has 45 characters for an address")
    return str(crossing.within("address").arrive(address))[:_ADDRESS_LENGTH]


def postal_code_up(code: str, crossing: Crossing) -> str | None:
    return None if code == crossing.context.policy.postal_code else code


def postal_code_down(code: str | None, crossing: Crossing) -> str:
    """2.1.1 demands one."""
    return crossing.context.policy.postal_code if code is None else code


def three_letters(country: str) -> str:
    """Some partners of 2.1.1 write two."""
    known = country_of(country)
    return known.alpha_3 if known else country


def _time_zone(country: str, crossing: Crossing) -> str:
    known = country_of(country)
    return (known and known.zone) or crossing.context.policy.time_zone


def _location_type(parking: ParkingType | None, crossing: Crossing) -> LocationType:
    if parking is None:
        return LocationType.UNKNOWN
    if is_listed(LocationType(parking.value), crossing.route.target) and parking.is_known:
        return LocationType(parking.value)
    crossing.change("parking_type", reason=f"{parking} is not in the list of {crossing.route.target}")
    return LocationType.OTHER


def _one_tariff(connector: v221.Connector, crossing: Crossing) -> str | None:
    """The first that is valid now and for everybody, else the first."""
    ids = [str(tariff_id) for tariff_id in connector.tariff_ids]
    usable = [index for index, tariff_id in enumerate(ids) if tariff_id in crossing.context.usable_tariffs]
    chosen = usable[0] if usable else 0
    for index in range(len(ids)):
        if index != chosen:
            crossing.drop("tariff_ids", index, reason="2.1.1 has one Tariff for a connector")
    return ids[chosen] if ids else None
