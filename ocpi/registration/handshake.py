"""What both sides of the handshake work with.

Whoever is invited holds TOKEN_A and begins. The beginner's TOKEN_B is good before it is sent, because the
far side calls back with it while it still holds the answer. Afterwards each side keeps what it shows to the
other (C there, B here) and what is shown to it.
Spec: 2.3.0 credentials, Use cases.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx

from ocpi.client.peer import TIMEOUT_S, Peer
from ocpi.partners.directory import Directory
from ocpi.partners.model import Connection
from ocpi.partners.store import PartnerStore
from ocpi.process.clock import Clock
from ocpi.registration.discovery import Discovered, Needed
from ocpi.registration.identity import Identity
from ocpi.registration.offer import Offer
from ocpi.wire.credentials_token import CredentialsToken
from schemas.v2_3_0.enums import VersionNumber

OVERLAP: Final = timedelta(minutes=5)
"""How long a replaced token still opens: for what was on the way, and for whoever missed the answer."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """`version` is the one we speak; without the interfaces in `needed` the far side is of no use to us."""

    identity: Identity
    partners: PartnerStore
    directory: Directory
    client: httpx.AsyncClient
    clock: Clock
    version: VersionNumber
    needed: Needed

    def peer(self, token: CredentialsToken, *, within_s: float = TIMEOUT_S) -> Peer:
        return Peer(self.client, token, within_s=within_s)


def connection(found: Discovered, offer: Offer) -> Connection:
    return Connection(
        version=found.version,
        versions_url=offer.versions_url,
        roles=offer.roles,
        hub_party=offer.hub_party,
        endpoints=found.endpoints,
        token=offer.token,
    )
