"""A Session of 2.1.1 holds its Location, one of 2.2.1 names it. Spec: mod_sessions of both.

The Location in a Session repeats an object that travels by itself, so only its ids are taken.
"""

from schemas.lists import is_listed
from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.translation.v211_v221.charging import auth_id, auth_method_down, cdr_token, only_connector
from schemas.translation.v211_v221.embedded import location_of_session
from schemas.translation.v211_v221.ids import id_up, told_by_the_connection
from schemas.translation.v211_v221.prices import cost_down, cost_up
from schemas.v2_1_1 import sessions as v211
from schemas.v2_2_1 import sessions as v221
from schemas.v2_3_0.enums import SessionStatus

_RETOLD = frozenset({"cdr_token", "location_id", "evse_uid", "connector_id"})


def session_up(session: v211.Session, crossing: Crossing) -> v221.Session | Withheld:
    used, token = only_connector(session.location), cdr_token(session.auth_id, crossing)
    if isinstance(used, Withheld):
        return used
    if isinstance(token, Withheld):
        return token
    evse, connector = used
    owner = crossing.context.owner
    return crossing.carry(
        session,
        v221.Session,
        used={"auth_id", "location"},
        renames={"start_datetime": "start_date_time", "end_datetime": "end_date_time"},
        country_code=owner.country_code,
        party_id=owner.party_id,
        cdr_token=token,
        authorization_reference=crossing.context.authorization_reference,
        location_id=id_up(session.location.id, crossing),
        evse_uid=id_up(evse.uid, crossing),
        connector_id=connector.id,
        total_cost=None if session.total_cost is None else cost_up(session.total_cost),
    )


def session_down(session: v221.Session, crossing: Crossing) -> v211.Session:
    return crossing.carry(
        session,
        v211.Session,
        used=told_by_the_connection(session, crossing) | _RETOLD,
        renames={"start_date_time": "start_datetime", "end_date_time": "end_datetime"},
        auth_id=auth_id(session.cdr_token, crossing),
        auth_method=auth_method_down(session.auth_method, crossing),
        location=location_of_session(session, crossing),
        total_cost=session.total_cost and cost_down(session.total_cost, crossing),
        status=_status(session.status, crossing),
    )


def _status(status: SessionStatus, crossing: Crossing) -> SessionStatus:
    if is_listed(status, crossing.route.target):
        return status
    crossing.change("status", reason=f"{status} is not in the list of {crossing.route.target}")
    return SessionStatus.PENDING
