"""Who we say we are in our own Credentials object, as each version has it.

A hub of 2.3.0 names itself in `hub_party_id` and lists, as roles, the parties that can be reached through it;
since the list may not be empty, its own party stands there too, as OTHER. In 2.2.1 it has the role HUB and
lists nobody. In 2.1.1 there is one party, and no word for its role: there a hub poses as a remote party, and
has another identity for each.
Spec: credentials of each version, Credentials object; cases C-019, C-020, C-023.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ocpi.partners.model import HUB, Partner, PartyRole
from ocpi.partners.virtual import Pose
from ocpi.versions.known import CANONICAL
from ocpi.versions.messages import crossed
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import opposite
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.credentials import BusinessDetails, Credentials
from schemas.v2_3_0.enums import Role, VersionNumber


@dataclass(frozen=True, slots=True)
class Identity:
    """`own` is our party: of a hub with the role HUB, and then `behind` tells who can be reached through it.

    `behind` is asked anew each time, as parties come and go. `posing` tells who a hub is on a connection of a
    partner of 2.1.1.
    """

    versions_url: str
    own: PartyRole
    behind: Callable[[], Sequence[PartyRole]] = tuple
    posing: "Callable[[Pose], Identity] | None" = None

    def towards(self, partner: Partner) -> "Identity":
        """Who we are to this partner."""
        if partner.pose is None or self.posing is None:
            return self
        return self.posing(partner.pose)

    @property
    def hub_party(self) -> PartyId | None:
        return self.own.party if self.own.role == HUB else None

    @property
    def counterpart(self) -> str:
        """The role of whoever is connected to us by 2.1.1, which does not tell it."""
        return opposite(self.own.role)

    def credentials(
        self, token: CredentialsToken, version: VersionNumber, to: Iterable[PartyRole] = ()
    ) -> OcpiModel:
        """Of the class that Credentials have in `version`, for a platform with the roles `to`.

        Raises NotSpeakable: a hub cannot pose in 2.1.1.
        """
        ours = Credentials.model_validate(
            {
                "token": token.reveal(),
                "url": self.versions_url,
                "hub_party_id": self.hub_party and self.hub_party.compact,
                "roles": [_told(role) for role in self._roles(version, to)],
            }
        )
        context = Context(
            owner=self.own.party, role=Role(self.own.role), operator=BusinessDetails(name=self.own.name)
        )
        return crossed(Credentials, ours, CANONICAL, version, context)

    def fingerprint(self, version: VersionNumber, joining: Iterable[PartyRole] = ()) -> str:
        """Changes when partners of this version should be told something else of us than before.

        `joining` are about to stand behind us as well.
        """
        lines = (f"{role.role} {role.party} {role.name}" for role in self._roles(version, (), joining))
        return hashlib.sha256("\n".join((self.versions_url, *lines)).encode()).hexdigest()

    def _roles(
        self, version: VersionNumber, to: Iterable[PartyRole], joining: Iterable[PartyRole] = ()
    ) -> Sequence[PartyRole]:
        """Each role of a party once, in a lasting order; nobody is told of itself."""
        if self.hub_party is None or version != CANONICAL:
            return [self.own]
        own = PartyRole("OTHER", self.own.party, self.own.name)
        reachable = (*self.behind(), *joining, own)
        unique = {_key(role): role for role in reachable if role.role != HUB}
        return [unique[key] for key in sorted(unique.keys() - {_key(role) for role in to})]


def _key(role: PartyRole) -> tuple[str, PartyId]:
    return role.role, role.party


def _told(role: PartyRole) -> dict[str, Any]:
    return {
        "role": role.role,
        "country_code": role.party.country_code,
        "party_id": role.party.party_id,
        "business_details": {"name": role.name},
    }
