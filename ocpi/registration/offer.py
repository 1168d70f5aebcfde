"""The credentials that the far side offers, read and judged: may it be who it says?

A partner claims only roles and parties that the operator allowed to it, each once, and never one of ours.
A hub speaks for others, so it is bound by being allowed as a hub alone.
Spec: 2.3.0 credentials, Credentials object; CredentialsRole.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from ocpi.errors import InvalidParameters
from ocpi.partners.model import Partner, PartyRole
from ocpi.registration.identity import Identity
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.urls import callable_url
from schemas.kinds import PartyId
from schemas.v2_3_0.credentials import Credentials, CredentialsRole

HUB: Final = "HUB"  # no role of 2.3.0: here it allows a partner to be one
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Offer:
    token: CredentialsToken
    versions_url: str
    roles: tuple[PartyRole, ...]
    hub_party: PartyId | None


def read_offer(theirs: Credentials, partner: Partner, own: Identity) -> Offer:
    """Raises InvalidParameters with the pointer of what is not acceptable."""
    offer = Offer(
        token=_at("/token", lambda: CredentialsToken(theirs.token)),
        versions_url=_at("/url", lambda: str(callable_url(str(theirs.url)))),
        roles=tuple(_role(each, place) for place, each in enumerate(theirs.roles)),
        hub_party=_hub_party(theirs.hub_party_id),
    )
    _check_unique(offer.roles)
    if offer.hub_party is not None:
        _check_hub(offer.hub_party, partner, own)
        return offer
    for place, role in enumerate(offer.roles):
        _check_role(role, place, partner, own)
    return offer


def _role(role: CredentialsRole, place: int) -> PartyRole:
    party = _at(f"/roles/{place}/party_id", lambda: PartyId(role.country_code, role.party_id))
    return PartyRole(str(role.role), party, role.business_details.name)


def _hub_party(written: str | None) -> PartyId | None:
    """Five characters: two of the country, three of the party."""
    return _at("/hub_party_id", lambda: PartyId(written[:2], written[2:])) if written else None


def _check_unique(roles: Iterable[PartyRole]) -> None:
    seen: set[tuple[str, PartyId]] = set()
    for place, role in enumerate(roles):
        if _claim(role) in seen:
            raise InvalidParameters(f"{role.party} stands twice as {role.role}", pointer=f"/roles/{place}")
        seen.add(_claim(role))


def _check_hub(hub: PartyId, partner: Partner, own: Identity) -> None:
    if HUB not in partner.allowed_roles:
        raise InvalidParameters("this connection was not opened for a hub", pointer="/hub_party_id")
    if hub == own.hub_party:
        raise InvalidParameters(f"{hub} is the hub that you are talking to", pointer="/hub_party_id")


def _check_role(role: PartyRole, place: int, partner: Partner, own: Identity) -> None:
    if role.role not in partner.allowed_roles:
        text = f"the role {role.role} was not allowed to this connection"
        raise InvalidParameters(text, pointer=f"/roles/{place}/role")
    if not _is_allowed(role.party, partner) or _is_ours(role, own):
        text = f"the party {role.party} was not allowed to this connection"
        raise InvalidParameters(text, pointer=f"/roles/{place}/party_id")


def _is_allowed(party: PartyId, partner: Partner) -> bool:
    return partner.allowed_parties is None or party in partner.allowed_parties


def _is_ours(role: PartyRole, own: Identity) -> bool:
    """A hub's own party is nobody else's; an adapter's may be another platform's in another role."""
    if own.hub_party is not None:
        return role.party == own.hub_party
    return _claim(role) in map(_claim, own.roles())


def _claim(role: PartyRole) -> tuple[str, PartyId]:
    return role.role, role.party


def _at(pointer: str, read: Callable[[], Result]) -> Result:
    try:
        return read()
    except ValueError as error:
        raise InvalidParameters(str(error), pointer=pointer) from error
