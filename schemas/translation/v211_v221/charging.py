"""What Sessions and CDRs have in common: whose token, which connector, periods.

Spec: mod_sessions and mod_cdrs of 2.1.1 and 2.2.1.
"""

from schemas.kinds import PartyId
from schemas.lists import is_listed
from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.translation.v211_v221.tokens import UNKNOWN
from schemas.v2_1_1 import cdrs as v211
from schemas.v2_1_1 import locations as v211_locations
from schemas.v2_1_1.enums import CdrDimensionType
from schemas.v2_3_0 import cdrs as v221
from schemas.v2_3_0.enums import AuthMethod, TokenType

Used = tuple[v211_locations.EVSE, v211_locations.Connector]


def only_connector(location: v211_locations.Location) -> Used | Withheld:
    """A Session or CDR that holds several does not say which one was used."""
    if len(location.evses) != 1 or len(location.evses[0].connectors) != 1:
        return Withheld("its Location must hold exactly the one EVSE and connector that was used")
    return location.evses[0], location.evses[0].connectors[0]


def cdr_token(auth_id: str, crossing: Crossing) -> v221.CdrToken | Withheld:
    """One contract may own several tokens, so which one it was has to be known from elsewhere."""
    context = crossing.context
    if context.token is not None:
        told = context.token.to_wire()
        return v221.CdrToken.model_validate(
            {name: told[name] for name in v221.CdrToken.model_fields} | {"contract_id": auth_id}
        )
    if context.counterpart is None:
        return Withheld("neither the token nor the eMSP behind its auth_id is known")
    return v221.CdrToken(
        country_code=context.counterpart.country_code,
        party_id=context.counterpart.party_id,
        uid=UNKNOWN,
        type=TokenType.OTHER,
        contract_id=auth_id,
    )


def auth_id(token: v221.CdrToken, crossing: Crossing) -> str:
    emsp = PartyId(token.country_code, token.party_id)
    is_known = crossing.context.counterpart in {None, emsp}
    told = {"contract_id", "country_code", "party_id"} if is_known else {"contract_id"}
    for name in (*token.told(), *(token.model_extra or {})):
        if name not in told:
            crossing.drop("cdr_token", name, reason="2.1.1 tells the contract only")
    return str(token.contract_id)


def auth_method_down(method: AuthMethod, crossing: Crossing) -> AuthMethod:
    if is_listed(method, crossing.route.target):
        return method
    crossing.change("auth_method", reason=f"{method} is not in the list of {crossing.route.target}")
    return AuthMethod.AUTH_REQUEST


def period_up(period: v211.ChargingPeriod, crossing: Crossing) -> v221.ChargingPeriod | Withheld:
    dimensions = crossing.items("dimensions", period.dimensions)
    if not dimensions:
        return Withheld("none of its dimensions exists in 2.2.1")
    return crossing.carry(period, v221.ChargingPeriod, dimensions=dimensions)


def period_down(period: v221.ChargingPeriod, crossing: Crossing) -> v211.ChargingPeriod | Withheld:
    dimensions = crossing.items("dimensions", period.dimensions)
    if not dimensions:
        return Withheld("none of its dimensions exists in 2.1.1")
    return crossing.carry(period, v211.ChargingPeriod, dimensions=dimensions)


def dimension_up(dimension: v211.CdrDimension, crossing: Crossing) -> v221.CdrDimension | Withheld:
    if dimension.type is CdrDimensionType.FLAT:
        return Withheld("2.2.1 has no FLAT dimension")
    return crossing.carry(dimension, v221.CdrDimension, type=dimension.type.value)


def dimension_down(dimension: v221.CdrDimension, crossing: Crossing) -> v211.CdrDimension | Withheld:
    """Time reserved is not time parked: it would be priced wrongly."""
    if not is_listed(dimension.type, crossing.route.target):
        return Withheld(f"{dimension.type} is not in the list of {crossing.route.target}")
    return crossing.carry(dimension, v211.CdrDimension, type=dimension.type.value)
