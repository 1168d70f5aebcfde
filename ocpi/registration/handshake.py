"""What both sides of the handshake work with.

Whoever is invited holds TOKEN_A and begins. The beginner's TOKEN_B is good before it is sent, because the
far side calls back with it while it still holds the answer. Afterwards each side keeps what it shows to the
other (C there, B here) and what is shown to it.
Spec: 2.3.0 credentials, Use cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import httpx

from ocpi.client.peer import TIMEOUT_S, Peer
from ocpi.errors import UnsupportedVersion
from ocpi.partners.directory import Directory
from ocpi.partners.model import HUB, Connection, Partner
from ocpi.partners.store import PartnerStore
from ocpi.process.clock import Clock
from ocpi.registration.discovery import NOTHING, Discovered, Needed, Wanted, discover
from ocpi.registration.far_side import FarSide
from ocpi.registration.identity import Identity
from ocpi.registration.offer import Offer
from ocpi.versions.known import OLDEST
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.quirks import NONE, Quirks
from schemas.v2_3_0.enums import VersionNumber

OVERLAP: Final = timedelta(minutes=5)
"""How long a replaced token still opens, unless the new one is used before: for whoever missed the answer."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """`versions`, the newest first, are those we speak.

    Without the interfaces in `needed` a far side that may be our counterpart, or a hub, is of no use to us.
    """

    identity: Identity
    partners: PartnerStore
    directory: Directory
    client: httpx.AsyncClient
    clock: Clock
    versions: Sequence[VersionNumber]
    needed: Needed

    def towards(self, partner: Partner) -> "Handshake":
        """As it is with this partner: a hub poses as others in 2.1.1."""
        if partner.pose is None:
            return self
        return self.posing(self.identity.towards(partner))

    def posing(self, identity: Identity) -> "Handshake":
        """With this identity of 2.1.1 in place of our own."""
        return replace(self, identity=identity, versions=(OLDEST,), needed=NOTHING)

    def far_side(
        self,
        token: CredentialsToken,
        version: VersionNumber,
        known: Quirks = NONE,
        *,
        within_s: float = TIMEOUT_S,
    ) -> FarSide:
        """The platform that this token opens, with the version and the quirks that are known of it."""

        def peer(quirks: Quirks) -> Peer:
            return Peer(self.client, token, quirks=quirks, within_s=within_s)

        return FarSide(peer, known, version)

    def spoken(self, version: VersionNumber) -> Sequence[VersionNumber]:
        """The version as the one to be chosen. Raises UnsupportedVersion when it is not among ours."""
        if version not in self.versions:
            raise UnsupportedVersion(f"{version} is not spoken here, but {', '.join(self.versions)}")
        return [version]

    async def discover(
        self, partner: Partner, far_side: FarSide, versions_url: str, versions: Sequence[VersionNumber]
    ) -> Discovered:
        """Raises UnsupportedVersion, NoCommonEndpoints, or the DeliveryError that the far side caused."""
        counterpart = self.identity.counterpart
        needed = self.needed if partner.allowed_roles & {counterpart, HUB} else NOTHING
        return await discover(far_side, versions_url, Wanted(versions, needed, counterpart))


def connection(found: Discovered, offer: Offer, spare: CredentialsToken | None = None) -> Connection:
    return Connection(
        version=found.version,
        versions_url=offer.versions_url,
        roles=offer.roles,
        hub_party=offer.hub_party,
        endpoints=found.endpoints,
        token=offer.token,
        spare=spare,
        pending=offer.pending,
    )
