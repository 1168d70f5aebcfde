"""The Location inside a Session or CDR of 2.1.1. Spec: 2.1.1 mod_sessions and mod_cdrs, `location`."""

from dataclasses import replace

from schemas.kinds import PartyId
from schemas.translation.countries import country_of
from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.translation.v211_v221.ids import id_down, id_up
from schemas.translation.v211_v221.locations import (
    postal_code_down,
    postal_code_up,
    power_type_down,
    short_address,
    three_letters,
)
from schemas.translation.v211_v221.tokens import UNKNOWN
from schemas.translation.v221_v230.route import DOWN as TO_2_2_1
from schemas.v2_1_1 import locations as v211
from schemas.v2_1_1.enums import LocationType
from schemas.v2_2_1 import cdrs as v221_cdrs
from schemas.v2_2_1 import sessions as v221_sessions
from schemas.v2_3_0.cdrs import CdrLocation
from schemas.v2_3_0.enums import Status
from schemas.v2_3_0.evses import Connector
from schemas.v2_3_0.locations import Location

_NOWHERE = v211.GeoLocation(latitude="0.000000", longitude="0.000000")
_UNTOLD = "-"


def extract(
    location: v211.Location, evse: v211.EVSE, connector: v211.Connector, crossing: Crossing
) -> CdrLocation:
    """What a CDR of 2.2.1 tells about the place."""
    return CdrLocation(
        id=id_up(location.id, crossing),
        name=location.name,
        address=location.address,
        city=location.city,
        postal_code=postal_code_up(location.postal_code, crossing),
        country=three_letters(location.country),
        coordinates=crossing.step(location.coordinates),
        evse_uid=id_up(evse.uid, crossing),
        evse_id=UNKNOWN if evse.evse_id is None else evse.evse_id,
        connector_id=connector.id,
        connector_standard=connector.standard,
        connector_format=connector.format,
        connector_power_type=connector.power_type,
    )


def location_of_cdr(cdr: v221_cdrs.CDR, crossing: Crossing) -> v211.Location:
    """The CDR's own words; voltage and amperage are 0 unless the connector is known here."""
    place, inside = cdr.cdr_location, crossing.within("cdr_location")
    told = {name for name in CdrLocation.model_fields if name.startswith(("evse_", "connector_"))}
    return inside.carry(
        place,
        v211.Location,
        used=told,
        id=id_down(place.id, crossing),
        type=LocationType.UNKNOWN,
        address=short_address(place.address, inside),
        postal_code=postal_code_down(place.postal_code, crossing),
        evses=[] if place.evse_uid == UNKNOWN else [_evse(cdr, inside)],
        last_updated=cdr.last_updated.replace(microsecond=0),
    )


def location_of_session(session: v221_sessions.Session, crossing: Crossing) -> v211.Location:
    """The Location as it is known here, with the one EVSE and connector; else as little as 2.1.1 allows."""
    location = _translated(session, crossing) or _stub(session, crossing)
    if not location.evses:
        for name in ("evse_uid", "connector_id"):
            crossing.drop(name, reason="the connector is not known here, or 2.1.1 does not list it")
    return location


def _evse(cdr: v221_cdrs.CDR, crossing: Crossing) -> v211.EVSE:
    place, updated = cdr.cdr_location, cdr.last_updated.replace(microsecond=0)
    known = _connector(crossing.context.location, place.evse_uid, place.connector_id)
    connector = v211.Connector(
        id=place.connector_id,
        standard=crossing.within("connector_standard").arrive(place.connector_standard, is_required=True),
        format=place.connector_format,
        power_type=power_type_down("connector_power_type", place.connector_power_type, crossing),
        voltage=known.max_voltage if known else 0,
        amperage=known.max_amperage if known else 0,
        last_updated=updated,
    )
    return v211.EVSE(
        uid=id_down(place.evse_uid, crossing),
        evse_id=None if place.evse_id == UNKNOWN else place.evse_id,
        status=Status.UNKNOWN,
        connectors=[connector],
        last_updated=updated,
    )


def _translated(session: v221_sessions.Session, crossing: Crossing) -> v211.Location | None:
    """Also where it is not published: who charges there may know where that is."""
    known = crossing.context.location
    if known is None or known.id != session.location_id:
        return None
    policy = replace(crossing.context.policy, shows_nobody=True)
    context = replace(crossing.context, policy=policy)
    narrow = _only(known, session.evse_uid, session.connector_id)
    lower = Crossing(TO_2_2_1, context).step(narrow)
    if isinstance(lower, Withheld):
        return None
    lowest = Crossing(crossing.route, context).step(lower)
    return lowest if isinstance(lowest, v211.Location) else None


def _only(location: Location, evse_uid: str, connector_id: str) -> Location:
    connector = _connector(location, evse_uid, connector_id)
    evses = (evse for evse in location.evses if evse.uid == evse_uid and connector)
    narrow = tuple(evse.model_copy(update={"connectors": (connector,)}) for evse in evses)
    return location.model_copy(update={"evses": narrow})


def _connector(location: Location | None, evse_uid: str, connector_id: str) -> Connector | None:
    connectors = (
        connector
        for evse in (location.evses if location else ())
        for connector in evse.connectors
        if evse.uid == evse_uid and connector.id == connector_id
    )
    return next(connectors, None)


def _stub(session: v221_sessions.Session, crossing: Crossing) -> v211.Location:
    return v211.Location(
        id=id_down(session.location_id, crossing),
        type=LocationType.UNKNOWN,
        address=_UNTOLD,
        city=_UNTOLD,
        postal_code=crossing.context.policy.postal_code,
        country=_country(crossing.context.owner),
        coordinates=_NOWHERE,
        last_updated=session.last_updated.replace(microsecond=0),
    )


def _country(owner: PartyId) -> str:
    known = country_of(owner.country_code)
    return known.alpha_3 if known else owner.country_code
