"""One party in one role before 2.2, a list of roles since. Spec: credentials of 2.1.1 and 2.2.1."""

from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.v2_1_1 import credentials as v211
from schemas.v2_2_1 import credentials as v221
from schemas.v2_3_0.credentials import CredentialsRole


def credentials_up(credentials: v211.Credentials, crossing: Crossing) -> v221.Credentials:
    """The role is implied by the versions endpoint, so the caller knows it."""
    role = CredentialsRole(
        role=crossing.context.role,
        business_details=credentials.business_details,
        party_id=credentials.party_id,
        country_code=credentials.country_code,
    )
    return crossing.carry(
        credentials, v221.Credentials, used={"business_details", "party_id", "country_code"}, roles=[role]
    )


def credentials_down(credentials: v221.Credentials, crossing: Crossing) -> v211.Credentials | Withheld:
    """The role of the context's owner; the others take connections of their own."""
    owner = crossing.context.owner
    wanted = (crossing.context.role, owner.country_code, owner.party_id)
    roles = [(role.role, role.country_code, role.party_id) for role in credentials.roles]
    if wanted not in roles:
        return Withheld(f"it has no role {crossing.context.role} of {owner}")
    chosen = credentials.roles[roles.index(wanted)]
    for index, role in enumerate(credentials.roles):
        if role is not chosen:
            crossing.drop("roles", index, reason="2.1.1 has one role for a connection")
    return crossing.carry(
        credentials,
        v211.Credentials,
        used={"roles"},
        business_details=chosen.business_details,
        party_id=chosen.party_id,
        country_code=chosen.country_code,
    )
