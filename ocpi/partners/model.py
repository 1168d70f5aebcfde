"""A partner is a platform we are connected to; a party is a company that acts through it.

Credentials tokens authenticate partners, never parties: what a party may do follows from the roles
that the operator allowed to its partner.
Spec: 2.3.0 credentials; terminology, Platform and Party.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from yarl import URL

from ocpi.partners.keeping import Keeping, Keepings, usual
from ocpi.partners.virtual import Pose, Welcome
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import NONE, Quirks
from ocpi.wire.urls import share_origin
from schemas.kinds import PartyId
from schemas.translation.context import Policy
from schemas.v2_3_0.enums import VersionNumber

HUB: Final = "HUB"
"""A role in 2.2.1; in 2.3.0 it is none, but here it allows a partner to be one in any version."""
_USUAL: Final = Policy()


class PartnerState(StrEnum):
    """INVITED: holds a TOKEN_A of ours. REGISTERING: we have called and await the answer.

    VIRTUAL: of 2.1.1 at a hub, and connected by parts of it, one for each remote party.
    """

    INVITED = "INVITED"
    REGISTERING = "REGISTERING"
    REGISTERED = "REGISTERED"
    SUSPENDED = "SUSPENDED"
    LEFT = "LEFT"
    VIRTUAL = "VIRTUAL"


@dataclass(frozen=True, slots=True)
class PartyRole:
    role: str
    party: PartyId
    name: str


@dataclass(frozen=True, slots=True)
class PartnerEndpoint:
    """`side` means nothing for credentials; the specification advises SENDER there."""

    module: str
    side: Side
    url: str


@dataclass(frozen=True, slots=True)
class Connection:
    """What a completed handshake tells about the far side; `token` is the one that we show there.

    `quirks` are all that it has, those of its version among them. `spare` is the token that we showed before,
    as long as it is not certain that the far side has let it go. `pending` are roles that it claims beside
    and that nobody has approved: nothing is done in them.
    """

    version: VersionNumber
    versions_url: str
    roles: tuple[PartyRole, ...]
    hub_party: PartyId | None
    endpoints: tuple[PartnerEndpoint, ...]
    token: CredentialsToken
    quirks: Quirks = NONE
    spare: CredentialsToken | None = None
    pending: tuple[PartyRole, ...] = ()

    def endpoint(self, module: str, side: Side) -> str | None:
        return next((each.url for each in self.endpoints if (each.module, each.side) == (module, side)), None)

    def reaches(self, url: URL) -> bool:
        """Whether a URL leads to where the far side itself is: there alone is its token shown."""
        own = (self.versions_url, *(each.url for each in self.endpoints))
        return any(share_origin(URL(each), url) for each in own)

    @property
    def credentials_url(self) -> str:
        """There is one: no handshake ends without it."""
        return next(each.url for each in self.endpoints if each.module == "credentials")

    def reaches_same_as(self, other: "Connection") -> bool:
        """Whether whoever was told everything over the one lacks nothing over the other.

        Parties come and go behind a hub; what they lack is the hub's to pass on.
        """
        if self.hub_party is None and self.roles != other.roles:
            return False
        return (self.version, self.hub_party, self.endpoints) == (
            other.version,
            other.hub_party,
            other.endpoints,
        )


@dataclass(frozen=True, slots=True)
class Partner:
    """`name` is the operator's own short name for the platform.

    `allowed_roles` and `allowed_parties` bound what it may claim; None allows every party. `approved` are
    roles of parties that the operator has allowed beside. `revision` grows
    with every change, so that a change can be made to exactly what was seen. `is_greeted`: it has been told
    what was for everybody before it came. `registered_at` is when credentials were exchanged last, and `told`
    a fingerprint of ours as it knows them. `translation` is how it wants to be told what its version lacks,
    `quirks` are those that the operator chose. `pose` is who we are to it, where that is not ourselves, and
    `part_of` names the virtual partner whose part that connection is; `welcome` is how that one lets us in.
    """

    name: str
    state: PartnerState
    allowed_roles: frozenset[str]
    connection: Connection | None
    created_at: datetime
    registered_at: datetime | None = None
    allowed_parties: frozenset[PartyId] | None = None
    revision: int = 0
    is_greeted: bool = False
    told: str | None = None
    translation: Policy = _USUAL
    quirks: Quirks = NONE
    approved: frozenset[tuple[str, PartyId]] = frozenset()
    delivery: Keepings = field(default_factory=dict, hash=False)
    pose: Pose | None = None
    part_of: str | None = None
    welcome: Welcome | None = None

    def may_be(self, role: PartyRole) -> bool:
        """Whether the operator lets it act in this role."""
        if (role.role, role.party) in self.approved:
            return True
        is_party = self.allowed_parties is None or role.party in self.allowed_parties
        return is_party and role.role in self.allowed_roles

    @property
    def is_active(self) -> bool:
        return self.state is PartnerState.REGISTERED and self.connection is not None

    @property
    def roles(self) -> tuple[PartyRole, ...]:
        return self.connection.roles if self.connection else ()

    @property
    def pending(self) -> tuple[PartyRole, ...]:
        return self.connection.pending if self.connection else ()

    @property
    def hub_party(self) -> PartyId | None:
        return self.connection.hub_party if self.connection else None

    @property
    def names_nobody(self) -> bool:
        """A hub that does not tell who is behind it: so it is in 2.2.1."""
        return self.hub_party is not None and self.parties() == (self.hub_party,)

    def keeping_of(self, module: str) -> Keeping:
        return self.delivery.get(module) or usual(module)

    def speaks_for(self, party: PartyId, *roles: str) -> bool:
        """In one of these roles; in any, where none is named."""
        return any(each.party == party and (not roles or each.role in roles) for each in self.roles)

    def parties(self) -> tuple[PartyId, ...]:
        """Each party once, in the order of the roles."""
        return tuple(dict.fromkeys(each.party for each in self.roles))


def claims(roles: Iterable[PartyRole], pose: Pose | None = None) -> list[str]:
    """What must be unique among all partners: a party in a role, and towards one remote party if virtual."""
    towards = "" if pose is None else f"|{pose.party}"
    return sorted(f"{each.role}|{each.party}{towards}" for each in roles)
