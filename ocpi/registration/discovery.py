"""What the far side offers: its versions, and the endpoints of the best that both of us speak.

What it says is judged before anything is kept: endpoints are URLs that can be called, a (module, side) has
one of them, and whoever is reached by TLS is not left for a plain one. In 2.1.1 no endpoint tells its side:
it is the one that whoever is of use to us serves.
Spec: credentials, Registration; version_information_endpoint of each version; cases C-001 to C-003.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ocpi.errors import NoCommonEndpoints, Unreadable, UnsupportedVersion
from ocpi.partners.model import PartnerEndpoint
from ocpi.registration.far_side import FarSide
from ocpi.versions.known import has_sides
from ocpi.wire.interfaces import Side, serving_role
from ocpi.wire.urls import UnusableUrl, callable_url
from schemas.v2_1_1.versions import Endpoint, VersionDetails
from schemas.v2_3_0.enums import VersionNumber

MAX_ENDPOINTS: Final = 200

Needed = frozenset[tuple[str, Side]]
NOTHING: Final[Needed] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """One of these versions, the first best; in it, from a `counterpart`, the interfaces that we need."""

    versions: Sequence[VersionNumber]
    needed: Needed
    counterpart: str


@dataclass(frozen=True, slots=True)
class Discovered:
    version: VersionNumber
    endpoints: tuple[PartnerEndpoint, ...]

    @property
    def credentials_url(self) -> str:
        return next(each.url for each in self.endpoints if each.module == "credentials")


async def discover(far_side: FarSide, versions_url: str, wanted: Wanted) -> Discovered:
    """Raises UnsupportedVersion, NoCommonEndpoints, or the DeliveryError that the far side caused."""
    offered = {str(each.version): str(each.url) for each in await far_side.versions(versions_url)}
    version = next((each for each in wanted.versions if each in offered), None)
    if version is None:
        listed = ", ".join(sorted(offered)[:10])
        ours = " or ".join(wanted.versions)
        raise UnsupportedVersion(f"the far side offers {listed or 'nothing'}, not {ours}")
    far_side.expect(version)
    details = await far_side.details(usable(offered[version], versions_url))
    endpoints = endpoints_of(details, versions_url, version, wanted.counterpart)
    _check_complete(endpoints, wanted.needed)
    return Discovered(version, endpoints)


def endpoints_of(
    details: VersionDetails, versions_url: str, version: VersionNumber, counterpart: str
) -> tuple[PartnerEndpoint, ...]:
    """Each interface with its side. Raises Unreadable."""
    endpoints = tuple(_endpoints(details.endpoints, versions_url, version, counterpart))
    _check_unique(endpoints)
    return endpoints


def usable(url: str, versions_url: str) -> str:
    """An address that the far side tells, if it can be called. Raises Unreadable."""
    try:
        told = callable_url(url)
    except UnusableUrl as error:
        raise Unreadable(f"an address that the far side tells cannot be called: {error}") from error
    if told.scheme == "http" and callable_url(versions_url).scheme == "https":
        raise Unreadable("the far side was reached by https, and tells an address of plain http")
    return str(told)


def _endpoints(
    told: Sequence[Endpoint], versions_url: str, version: VersionNumber, counterpart: str
) -> Iterator[PartnerEndpoint]:
    if len(told) > MAX_ENDPOINTS:
        raise Unreadable(f"the version details list more than {MAX_ENDPOINTS} endpoints")
    for each in told:
        module = str(each.identifier)
        side = _side_told(each) if has_sides(version) else side_of(module, counterpart)
        if side is not None:
            yield PartnerEndpoint(module, side, usable(str(each.url), versions_url))


def side_of(module: str, role: str) -> Side | None:
    """The side of a module that a platform of this role has in 2.1.1; None for a module of no version."""
    if module == "credentials":
        return Side.SENDER
    try:
        return next(side for side in Side if serving_role(module, side) == role)
    except KeyError:
        return None


def _side_told(endpoint: Endpoint) -> Side:
    """Nobody reads the role of a credentials endpoint, so it may be missing there. Raises Unreadable."""
    if endpoint.identifier == "credentials":
        return Side.SENDER
    written = (endpoint.model_extra or {}).get("role")
    try:
        return Side(str(written))
    except ValueError as error:
        raise Unreadable(f"the version details tell no role of {endpoint.identifier}") from error


def _check_unique(endpoints: Iterable[PartnerEndpoint]) -> None:
    times = Counter((each.module, each.side) for each in endpoints)
    doubled = sorted(f"{module} {side}" for (module, side), count in times.items() if count > 1)
    if doubled:
        raise Unreadable(f"the version details list {', '.join(doubled[:5])} more than once")


def _check_complete(endpoints: Iterable[PartnerEndpoint], needed: Needed) -> None:
    offered = {(each.module, each.side) for each in endpoints}
    if not any(module == "credentials" for module, _ in offered):
        raise NoCommonEndpoints("the version details name no credentials endpoint")
    missing = sorted(f"{module} {side}" for module, side in needed - offered)
    if missing:
        raise NoCommonEndpoints(f"the version details lack {', '.join(missing)}")
