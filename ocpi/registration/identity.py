"""Who we say we are in our own Credentials object.

A hub of 2.3.0 names itself in `hub_party_id` and lists, as roles, the parties that can be reached
through it; since the list may not be empty, its own party stands there too, as OTHER.
Spec: 2.3.0 credentials, Credentials object.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocpi.partners.model import PartyRole
from ocpi.wire.credentials_token import CredentialsToken
from schemas.kinds import PartyId
from schemas.v2_3_0.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Identity:
    """`roles` is asked anew each time: those of a hub change as parties come and go."""

    versions_url: str
    roles: Callable[[], Sequence[PartyRole]]
    hub_party: PartyId | None = None

    def credentials(self, token: CredentialsToken) -> Credentials:
        return Credentials.model_validate(
            {
                "token": token.reveal(),
                "url": self.versions_url,
                "hub_party_id": self._hub_party_id(),
                "roles": [_role(each) for each in self.roles()],
            }
        )

    def _hub_party_id(self) -> str | None:
        return self.hub_party.country_code + self.hub_party.party_id if self.hub_party else None


def _role(role: PartyRole) -> dict[str, object]:
    return {
        "role": role.role,
        "country_code": role.party.country_code,
        "party_id": role.party.party_id,
        "business_details": {"name": role.name},
    }
