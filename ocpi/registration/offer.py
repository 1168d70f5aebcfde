"""The credentials that the far side offers, read and judged: may it be who it says?

A partner claims only roles and parties that the operator allowed to it, each once, and never one of ours;
what a partner claims beside them later waits until the operator approves it, and is nothing until then.
A hub speaks for others, so it is bound by being allowed as a hub alone; it is told by `hub_party_id` in
2.3.0 and by the role HUB in 2.2.1, which some keep in 2.3.0. In 2.1.1 there is one party, whose role is not
told: it is the one that we are of use to.
Spec: credentials of each version, Credentials object; CredentialsRole; cases C-021 to C-023.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

import pydantic

from ocpi.errors import InvalidParameters, Unreadable
from ocpi.partners.model import HUB, Partner, PartyRole
from ocpi.registration.identity import Identity
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.urls import callable_url
from ocpi.wire.violations import told
from schemas.kinds import PartyId
from schemas.v2_1_1 import credentials as v2_1_1
from schemas.v2_2_1 import credentials as v2_2_1
from schemas.v2_3_0 import credentials as v2_3_0
from schemas.v2_3_0.enums import VersionNumber

AnyCredentials: TypeAlias = v2_1_1.Credentials | v2_2_1.Credentials | v2_3_0.Credentials
Result = TypeVar("Result")

_FORMS: Final[Mapping[VersionNumber, type[AnyCredentials]]] = MappingProxyType(
    {
        VersionNumber.V2_1_1: v2_1_1.Credentials,
        VersionNumber.V2_2_1: v2_2_1.Credentials,
        VersionNumber.V2_3_0: v2_3_0.Credentials,
    }
)


@dataclass(frozen=True, slots=True)
class Offer:
    token: CredentialsToken
    versions_url: str
    roles: tuple[PartyRole, ...]
    hub_party: PartyId | None
    pending: tuple[PartyRole, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A role, and the JSON pointer of where it was claimed."""

    role: PartyRole
    at: str

    @property
    def key(self) -> tuple[str, PartyId]:
        return self.role.role, self.role.party


def parse(theirs: Any, version: VersionNumber) -> AnyCredentials:
    """Decoded JSON as the Credentials of a version; unknown fields are kept. Raises ValidationError."""
    return _FORMS[version].model_validate(theirs)


def read_offer(theirs: AnyCredentials, partner: Partner, own: Identity) -> Offer:
    """Raises InvalidParameters with the pointer of what is not acceptable."""
    token = _at("/token", lambda: CredentialsToken(theirs.token))
    versions_url = _at("/url", lambda: str(callable_url(str(theirs.url))))
    claims = _claims(theirs, own)
    hub = _hub(theirs, claims)
    _check_unique(claims)
    if hub is not None:
        _check_hub(hub, partner, own)
        return Offer(token, versions_url, tuple(each.role for each in claims), hub.role.party)
    roles, pending = _judged(claims, partner, own)
    return Offer(token, versions_url, roles, None, pending)


def read_answer(theirs: Any, version: VersionNumber, partner: Partner, own: Identity) -> Offer:
    """As `read_offer`, for what answers our own credentials. Raises Unreadable."""
    try:
        return read_offer(parse(theirs, version), partner, own)
    except pydantic.ValidationError as error:
        raise Unreadable(f"the credentials of the far side: {told(error)}") from error
    except InvalidParameters as error:
        raise Unreadable(f"the credentials of the far side are not acceptable: {error.text}") from error


def token_in(theirs: Any) -> CredentialsToken | None:
    """The token of credentials that may be unreadable otherwise."""
    try:
        return CredentialsToken(theirs["token"])
    except (LookupError, TypeError, ValueError):
        return None


def _claims(theirs: AnyCredentials, own: Identity) -> Sequence[Claim]:
    if isinstance(theirs, v2_1_1.Credentials):
        party = _party(theirs.country_code, theirs.party_id, "/party_id")
        return [Claim(PartyRole(own.counterpart, party, theirs.business_details.name), "")]
    return [_claim(each, f"/roles/{place}") for place, each in enumerate(theirs.roles)]


def _claim(role: v2_3_0.CredentialsRole, at: str) -> Claim:
    party = _party(role.country_code, role.party_id, f"{at}/party_id")
    return Claim(PartyRole(str(role.role), party, role.business_details.name), at)


def _hub(theirs: AnyCredentials, claims: Iterable[Claim]) -> Claim | None:
    """The platform's claim to be a hub. `hub_party_id` has five characters: two of the country first."""
    if isinstance(theirs, v2_3_0.Credentials) and theirs.hub_party_id:
        at = "/hub_party_id"
        party = _party(theirs.hub_party_id[:2], theirs.hub_party_id[2:], at)
        return Claim(PartyRole(HUB, party, ""), at)
    return next((each for each in claims if each.role.role == HUB), None)


def _check_unique(claims: Iterable[Claim]) -> None:
    seen: set[tuple[str, PartyId]] = set()
    for claim in claims:
        if claim.key in seen:
            raise InvalidParameters(f"{claim.role.party} stands twice as {claim.role.role}", pointer=claim.at)
        seen.add(claim.key)


def _check_hub(hub: Claim, partner: Partner, own: Identity) -> None:
    if HUB not in partner.allowed_roles:
        raise InvalidParameters("this connection was not opened for a hub", pointer=hub.at)
    if hub.role.party == own.hub_party:
        raise InvalidParameters(f"{hub.role.party} is the hub that you are talking to", pointer=hub.at)


_Judged: TypeAlias = tuple[tuple[PartyRole, ...], tuple[PartyRole, ...]]


def _judged(claims: Sequence[Claim], partner: Partner, own: Identity) -> _Judged:
    """Those that are allowed, and those that wait: who is new has only what it was invited for."""
    may_wait = partner.connection is not None and any(partner.may_be(each.role) for each in claims)
    for claim in claims:
        if _is_ours(claim, own) or not may_wait:
            _check_role(claim, partner, own)
    roles = [each.role for each in claims]
    allowed = tuple(each for each in roles if partner.may_be(each))
    return allowed, tuple(each for each in roles if not partner.may_be(each))


def _check_role(claim: Claim, partner: Partner, own: Identity) -> None:
    role = claim.role
    if partner.may_be(role) and not _is_ours(claim, own):
        return
    if role.role not in partner.allowed_roles:
        text = f"the role {role.role} was not allowed to this connection"
        raise InvalidParameters(text, pointer=f"{claim.at}/role" if claim.at else "")
    text = f"the party {role.party} was not allowed to this connection"
    raise InvalidParameters(text, pointer=f"{claim.at}/party_id")


def _is_ours(claim: Claim, own: Identity) -> bool:
    """A hub's own party is nobody else's; an adapter's may be another platform's in another role."""
    if own.hub_party is not None:
        return claim.role.party == own.hub_party
    return claim.key == (own.own.role, own.own.party)


def _party(country_code: str, party_id: str, at: str) -> PartyId:
    return _at(at, lambda: PartyId(country_code, party_id))


def _at(pointer: str, read: Callable[[], Result]) -> Result:
    try:
        return read()
    except ValueError as error:
        raise InvalidParameters(str(error), pointer=pointer) from error
