"""Tokens, and answers about them that do not repeat the token. Spec: mod_tokens of 2.1.1 and 2.2.1."""

from schemas.lists import is_listed
from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.translation.v211_v221.ids import id_down, id_up, ids_down, ids_up, told_by_the_connection
from schemas.v2_1_1 import tokens as v211
from schemas.v2_3_0 import tokens as v221
from schemas.v2_3_0.enums import AllowedType, TokenType, WhitelistType

UNKNOWN = "#NA"


def token_up(token: v211.Token, crossing: Crossing) -> v221.Token:
    owner = crossing.context.owner
    return crossing.carry(
        token,
        v221.Token,
        renames={"auth_id": "contract_id"},
        country_code=owner.country_code,
        party_id=owner.party_id,
    )


def token_down(token: v221.Token, crossing: Crossing) -> v211.Token:
    return crossing.carry(
        token,
        v211.Token,
        used=told_by_the_connection(token, crossing),
        renames={"contract_id": "auth_id"},
        type=token_type_down(token.type, crossing),
    )


def token_type_down(kind: TokenType, crossing: Crossing) -> TokenType:
    if is_listed(kind, crossing.route.target):
        return kind
    crossing.change("type", reason=f"{kind} is not in the list of {crossing.route.target}")
    return TokenType.OTHER


def references_up(references: v211.LocationReferences, crossing: Crossing) -> v221.LocationReferences:
    return crossing.carry(
        references,
        v221.LocationReferences,
        location_id=id_up(references.location_id, crossing),
        evse_uids=ids_up(references.evse_uids, crossing),
    )


def references_down(references: v221.LocationReferences, crossing: Crossing) -> v211.LocationReferences:
    return crossing.carry(
        references,
        v211.LocationReferences,
        location_id=id_down(references.location_id, crossing),
        evse_uids=ids_down(references.evse_uids, crossing),
    )


def answer_up(answer: v211.AuthorizationInfo, crossing: Crossing) -> v221.AuthorizationInfo | Withheld:
    """Withheld if neither the token nor what was asked is known."""
    token = crossing.context.token or _least_token(answer, crossing)
    if token is None:
        return Withheld("the answer must repeat the token, which is not known")
    return crossing.carry(
        answer,
        v221.AuthorizationInfo,
        token=token,
        authorization_reference=crossing.context.authorization_reference,
    )


def answer_down(answer: v221.AuthorizationInfo, crossing: Crossing) -> v211.AuthorizationInfo:
    """Whoever sends it remembers the reference, to put it back into the Session and the CDR."""
    return crossing.carry(answer, v211.AuthorizationInfo)


def _least_token(answer: v211.AuthorizationInfo, crossing: Crossing) -> v221.Token | None:
    context = crossing.context
    if context.asked_token is None or context.received_at is None:
        return None
    uid, kind = context.asked_token
    return v221.Token(
        country_code=context.owner.country_code,
        party_id=context.owner.party_id,
        uid=uid,
        type=kind,
        contract_id=UNKNOWN,
        issuer=context.operator.name if context.operator else str(context.owner),
        valid=answer.allowed is AllowedType.ALLOWED,
        whitelist=WhitelistType.NEVER,
        last_updated=context.received_at,
    )
