"""What a partner says in versions, details and credentials, against what we know of it.

Spec: version_information_endpoint and credentials of each version; cases C-001 to C-005, C-017, C-023.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Final

import pydantic

from ocpi.errors import OcpiError
from ocpi.partners.model import Connection, Partner, PartnerEndpoint
from ocpi.registration.discovery import Needed, Wanted, endpoints_of
from ocpi.registration.doctor.findings import Finding, green, red, yellow
from ocpi.registration.doctor.probe import Probe
from ocpi.registration.identity import Identity
from ocpi.registration.offer import Offer, parse, read_offer
from ocpi.wire.violations import told
from schemas.v2_1_1.versions import VersionDetails
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.versions import Version

ROTATE: Final = "passerelle partners rotate NAME reads them anew."


def offered(probe: Probe) -> list[Version]:
    """Raises Unreadable, ValidationError."""
    data = probe.data()
    if isinstance(data, dict):
        data = data.get("versions")
    return pydantic.TypeAdapter(list[Version]).validate_python(data)


def versions(probe: Probe, current: Connection, ours: Sequence[VersionNumber]) -> Iterator[Finding]:
    try:
        found = offered(probe)
    except (OcpiError, pydantic.ValidationError) as error:
        yield red("versions", f"the list of versions cannot be read: {_why(error)}", "No handshake succeeds.")
        return
    names = [each.version for each in found]
    listed = ", ".join(names) or "nothing"
    if isinstance(probe.data(), dict):
        means = "An early text of 2.1.1 drew it so; it is understood."
        yield yellow("versions", "the list of versions stands inside of an object", means)
    if current.version not in names:
        means = "We go on calling the addresses of before; the next exchange of tokens fails."
        yield red("versions", f"offers {listed}, not {current.version}", means, _switch(names, ours))
        return
    yield green("versions", f"offers {listed}; we speak {current.version}")
    newer = next((each for each in ours if each in names and each > current.version), None)
    if newer:
        means = f"{newer} tells more, and is spoken by both of us."
        yield yellow("versions", f"offers {newer} as well", means, _switch([newer], ours))


def details(probe: Probe, current: Connection, wanted: Wanted) -> Iterator[Finding]:
    try:
        read = VersionDetails.model_validate(probe.data())
        found = endpoints_of(read, current.versions_url, current.version, wanted.counterpart)
    except (OcpiError, pydantic.ValidationError) as error:
        text = f"the version details cannot be read: {_why(error)}"
        yield red("endpoints", text, "No handshake succeeds.")
        return
    yield from _modules(found, wanted.needed)
    if {*found} != {*current.endpoints}:
        text = f"the endpoints are others than we know: {_difference(found, current.endpoints)}"
        yield yellow("endpoints", text, "We call those of before.", ROTATE)


def _modules(found: Iterable[PartnerEndpoint], needed: Needed) -> Iterator[Finding]:
    there = {(each.module, each.side) for each in found}
    for module, side in sorted(there - {("credentials", side) for _, side in there}):
        yield green("endpoints", f"{module} {side}{' (we need it)' if (module, side) in needed else ''}")
    for module, side in sorted(needed - there):
        means = "We cannot do our work with this partner, and no exchange of credentials succeeds."
        yield red("endpoints", f"{module} {side} is missing", means, "Ask the partner for it.")


def credentials(probe: Probe, partner: Partner, current: Connection, own: Identity) -> Iterator[Finding]:
    """Every deviation; at least one line."""
    if not probe.is_answered:
        means = "Only a look fails; exchanges of credentials may do all the same."
        yield yellow("credentials", f"are not shown: {probe.reason()}", means)
        return
    try:
        theirs = parse(probe.data(), current.version)
        offer = read_offer(theirs, partner, own)
    except (OcpiError, pydantic.ValidationError) as error:
        means = "The next exchange of credentials fails."
        yield red("credentials", f"are not acceptable: {_why(error)}", means)
        return
    yield green("credentials", f"are shown for {_listed(offer)}")
    yield from _token(offer, current)
    if _listed(offer) != _roles(current):
        yield yellow("credentials", f"were for {_roles(current)} when we met", "We go by that.", ROTATE)
    if offer.versions_url != current.versions_url:
        text = f"name another versions URL: {offer.versions_url}"
        yield yellow("credentials", text, "We call the one of before.", ROTATE)


def without_token(probe: Probe) -> Finding:
    if probe.http in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return green("open door", f"nothing is told without a token (HTTP {probe.http})")
    if probe.is_answered:
        means = "It lets everybody in who asks, perhaps also where it matters. Tell the partner."
        return yellow("open door", "the versions are told without a token", means)
    return green("open door", f"nothing is told without a token ({probe.reason()})")


def _token(offer: Offer, current: Connection) -> Iterator[Finding]:
    shown, ours = offer.token.reveal(), current.token.reveal()
    if shown == base64.b64encode(ours.encode()).decode():
        means = "In the object it should be plain. What we show is the plain one, which it accepts."
        yield yellow("credentials", "hold the token as Base64", means)
    elif shown != ours:
        means = "GET should show the token that was used. Nothing here depends on it."
        yield yellow("credentials", "hold another token than the one we show", means)


def _difference(found: Iterable[PartnerEndpoint], known: Iterable[PartnerEndpoint]) -> str:
    now, before = {*found}, {*known}
    changed = sorted({f"{each.module} {each.side}" for each in now ^ before})
    return ", ".join(changed[:6]) + (" …" if len(changed) > 6 else "")  # noqa: PLR2004 - one line


def _listed(offer: Offer) -> str:
    return ", ".join(sorted(f"{each.role} {each.party}" for each in offer.roles))


def _roles(current: Connection) -> str:
    return ", ".join(sorted(f"{each.role} {each.party}" for each in current.roles))


def _switch(names: Iterable[str], ours: Sequence[VersionNumber]) -> str | None:
    common = next((each for each in ours if each in names), None)
    return common and f"passerelle partners switch-version NAME {common}"


def _why(error: Exception) -> str:
    if isinstance(error, pydantic.ValidationError):
        return told(error)
    return error.text if isinstance(error, OcpiError) else str(error)
