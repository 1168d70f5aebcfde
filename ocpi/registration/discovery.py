"""What the far side offers: its versions, and the endpoints of the one that we speak.

What it says is judged before anything is kept: endpoints are URLs that can be called, a (module, side) has
one of them, and whoever is reached by TLS is not left for a plain one.
Spec: 2.3.0 credentials, Registration; version_information_endpoint.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ocpi.client.peer import Peer
from ocpi.errors import NoCommonEndpoints, Unreadable, UnsupportedVersion
from ocpi.partners.model import PartnerEndpoint
from ocpi.wire.interfaces import Side
from ocpi.wire.urls import UnusableUrl, callable_url
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.versions import Endpoint, VersionDetails

MAX_ENDPOINTS: Final = 200

Needed = frozenset[tuple[str, Side]]


@dataclass(frozen=True, slots=True)
class Discovered:
    version: VersionNumber
    endpoints: tuple[PartnerEndpoint, ...]

    @property
    def credentials_url(self) -> str:
        return next(each.url for each in self.endpoints if each.module == "credentials")


async def discover(peer: Peer, versions_url: str, *, version: VersionNumber, needed: Needed) -> Discovered:
    """Raises UnsupportedVersion, NoCommonEndpoints, or the DeliveryError that the far side caused."""
    offered = {str(each.version): str(each.url) for each in await peer.versions(versions_url)}
    if version not in offered:
        listed = ", ".join(sorted(offered)[:10])
        raise UnsupportedVersion(f"the far side offers {listed or 'nothing'}, not {version}")
    details = await peer.details(_usable(offered[version], versions_url))
    endpoints = _endpoints(details, versions_url)
    _check_complete(endpoints, needed)
    return Discovered(version, endpoints)


def _endpoints(details: VersionDetails, versions_url: str) -> tuple[PartnerEndpoint, ...]:
    if len(details.endpoints) > MAX_ENDPOINTS:
        raise Unreadable(f"the version details list more than {MAX_ENDPOINTS} endpoints")
    _check_unique(details.endpoints)
    return tuple(
        PartnerEndpoint(str(each.identifier), Side(each.role), _usable(str(each.url), versions_url))
        for each in details.endpoints
    )


def _check_unique(endpoints: Sequence[Endpoint]) -> None:
    times = Counter((str(each.identifier), each.role) for each in endpoints)
    doubled = sorted(f"{module} {side}" for (module, side), count in times.items() if count > 1)
    if doubled:
        raise Unreadable(f"the version details list {', '.join(doubled[:5])} more than once")


def _usable(url: str, versions_url: str) -> str:
    try:
        usable = callable_url(url)
    except UnusableUrl as error:
        raise Unreadable(f"an address that the far side tells cannot be called: {error}") from error
    if usable.scheme == "http" and callable_url(versions_url).scheme == "https":
        raise Unreadable("the far side was reached by https, and tells an address of plain http")
    return str(usable)


def _check_complete(endpoints: tuple[PartnerEndpoint, ...], needed: Needed) -> None:
    offered = {(each.module, each.side) for each in endpoints}
    if not any(module == "credentials" for module, _ in offered):
        raise NoCommonEndpoints("the version details name no credentials endpoint")
    missing = sorted(f"{module} {side}" for module, side in needed - offered)
    if missing:
        raise NoCommonEndpoints(f"the version details lack {', '.join(missing)}")
