"""A hub is a role in 2.2.1, and a field in 2.3.0. Spec: credentials, Credentials object of both."""

from typing import TypeVar

from schemas.kinds import PartyId
from schemas.lists import is_listed
from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.v2_2_1 import credentials as v221
from schemas.v2_3_0 import credentials as v230
from schemas.v2_3_0.credentials import CredentialsRole
from schemas.v2_3_0.enums import Role
from schemas.v2_3_0.hub_client_info import ClientInfo

_HUB = Role("HUB")
AnyRole = TypeVar("AnyRole", CredentialsRole, ClientInfo)


def credentials_up(credentials: v221.Credentials, crossing: Crossing) -> v230.Credentials:
    """The role HUB stays beside the new field: 2.3.0 demands at least one role."""
    hubs = (PartyId(role.country_code, role.party_id) for role in credentials.roles if role.role == _HUB)
    hub = next(hubs, None)
    return crossing.carry(credentials, v230.Credentials, hub_party_id=hub and hub.compact)


def credentials_down(credentials: v230.Credentials, crossing: Crossing) -> v221.Credentials | Withheld:
    """A hub shows itself alone; the parties behind it are told by hubclientinfo."""
    if credentials.hub_party_id is None:
        return crossing.carry(credentials, v221.Credentials)
    hub = _hub(credentials, credentials.hub_party_id, crossing)
    if hub is None:
        return Withheld("2.2.1 asks for the business details of the hub")
    if credentials.roles != (hub,):
        crossing.change("roles", reason="a hub of 2.2.1 must not list the parties behind it")
    return crossing.carry(credentials, v221.Credentials, used={"hub_party_id"}, roles=[hub])


def role_down(holder: AnyRole, crossing: Crossing) -> AnyRole:
    """Payment terminal providers and whoever else has no role in the list are OTHER."""
    role = holder.role
    if not is_listed(role, crossing.route.target):
        crossing.change("role", reason=f"{role} is not in the list of {crossing.route.target}")
        role = Role.OTHER
    return crossing.carry(holder, type(holder), role=role)


def _hub(credentials: v230.Credentials, party: str, crossing: Crossing) -> CredentialsRole | None:
    told = next((role for role in credentials.roles if role.role == _HUB), None)
    if told or crossing.context.operator is None:
        return told
    return CredentialsRole(
        role=_HUB, country_code=party[:2], party_id=party[2:], business_details=crossing.context.operator
    )
