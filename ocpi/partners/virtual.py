"""A partner of 2.1.1 at a hub: one party in one role, with a connection of its own for each remote party.

2.1.1 has no routing headers, so what is to be routed is told by the address that is called and the token that
is shown there. On each of these connections the hub poses as the remote party.
Spec: 2.1.1 credentials; 2.3.0 transport_and_format, Message routing, which leaves 2.1.1 out.
"""

from dataclasses import dataclass

from ocpi.wire.credentials_token import CredentialsToken
from schemas.kinds import PartyId


@dataclass(frozen=True, slots=True)
class Pose:
    """Who a hub is on one connection: a remote party, in its role."""

    role: str
    party: PartyId


@dataclass(frozen=True, slots=True)
class Welcome:
    """Where a partner lets the hub register, with a token that is good there for every remote party."""

    versions_url: str
    token: CredentialsToken


def name_of(partner: str, remote: PartyId) -> str:
    """Of the connection towards one remote party; operators can give no other partner such a name."""
    return f"{partner}@{remote.compact}"
