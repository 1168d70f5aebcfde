"""CDRs: a whole Location and one number in 2.1.1, an extract and a breakdown in 2.2.1. Spec: mod_cdrs."""

from hashlib import sha256
from typing import Any

from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.translation.v211_v221.charging import auth_id, auth_method_down, cdr_token, only_connector
from schemas.translation.v211_v221.embedded import extract, location_of_cdr
from schemas.translation.v211_v221.ids import told_by_the_connection
from schemas.translation.v211_v221.prices import cost_down, cost_up
from schemas.v2_1_1 import cdrs as v211
from schemas.v2_2_1 import cdrs as v221

_ID_LENGTH = 36
_RETOLD = frozenset({"cdr_token", "cdr_location"})
_NO_TIME = ({"type": "TIME", "volume": 0},)


def cdr_up(cdr: v211.CDR, crossing: Crossing) -> v221.CDR | Withheld:
    used, token = only_connector(cdr.location), cdr_token(cdr.auth_id, crossing)
    if isinstance(used, Withheld):
        return used
    if isinstance(token, Withheld):
        return token
    crossing.change("location", reason="a CDR of 2.2.1 keeps its address and connector only")
    context = crossing.context
    return crossing.carry(
        cdr,
        v221.CDR,
        used={"auth_id", "location"},
        renames={"stop_date_time": "end_date_time"},
        country_code=context.owner.country_code,
        party_id=context.owner.party_id,
        session_id=context.session_id,
        authorization_reference=context.authorization_reference,
        cdr_token=token,
        cdr_location=extract(cdr.location, *used, crossing),
        charging_periods=_periods(cdr, crossing),
        total_cost=cost_up(cdr.total_cost),
    )


def cdr_down(cdr: v221.CDR, crossing: Crossing) -> v211.CDR | Withheld:
    """Withheld if it is a credit and the partner has not agreed to negative totals."""
    if cdr.credit and not crossing.context.policy.negative_cdrs:
        return Withheld("it is a credit, which 2.1.1 would take for a bill")
    return crossing.carry(
        cdr,
        v211.CDR,
        used=told_by_the_connection(cdr, crossing) | _RETOLD | ({"credit"} if cdr.credit is False else set()),
        renames={"end_date_time": "stop_date_time"},
        id=_short_id(cdr.id, crossing),
        auth_id=auth_id(cdr.cdr_token, crossing),
        auth_method=auth_method_down(cdr.auth_method, crossing),
        location=location_of_cdr(cdr, crossing),
        charging_periods=_periods(cdr, crossing),
        total_cost=cost_down(cdr.total_cost, crossing),
    )


def _periods(cdr: v211.CDR | v221.CDR, crossing: Crossing) -> list[Any]:
    """A CDR needs one: without any that the other version has, it tells no time at all."""
    periods = crossing.items("charging_periods", cdr.charging_periods)
    if not periods:
        crossing.change(
            "charging_periods", reason=f"none of its dimensions exists in {crossing.route.target}"
        )
    return periods or [{"start_date_time": cdr.start_date_time, "dimensions": _NO_TIME}]


def _short_id(cdr_id: str, crossing: Crossing) -> str:
    """Cut, with a hash for the rest, so that it cannot be the id of the CDR that it credits."""
    if len(cdr_id) <= _ID_LENGTH:
        return cdr_id
    crossing.change("id", reason="2.1.1 has 36 characters for an id")
    digest = sha256(cdr_id.lower().encode()).hexdigest()[:8]
    return f"{cdr_id[: _ID_LENGTH - len(digest) - 1]}-{digest}"
