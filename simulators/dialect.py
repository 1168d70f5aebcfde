"""What differs on the wire between the versions: modules, spelling of tokens, credentials, endpoints.

2.1.1 knows parties, not platforms: its credentials are flat, each module is on one side only and no endpoint
tells which, and the token stands in the header as it is.
Spec: each version's credentials; version_information_endpoint; transport_and_format, Authorization header.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ocpi.wire.credentials_token import SCHEME, CredentialsToken, readings
from ocpi.wire.interfaces import Side, serving_role
from schemas.kinds import PartyId

V2_1_1: Final = "2.1.1"
V2_2_1: Final = "2.2.1"
V2_3_0: Final = "2.3.0"
VERSIONS: Final = (V2_3_0, V2_2_1, V2_1_1)
"""The best first."""

_OF_ALL: Final = ("locations", "tariffs", "tokens", "sessions", "cdrs", "commands")
MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    V2_1_1: _OF_ALL,
    V2_2_1: (*_OF_ALL, "chargingprofiles", "hubclientinfo"),
    V2_3_0: (*_OF_ALL, "chargingprofiles", "hubclientinfo", "invoicereconciliation", "payments"),
}

Role = tuple[str, PartyId]
Endpoint = dict[str, str]


def best(offered: Sequence[str]) -> str:
    return next(version for version in VERSIONS if version in offered)


def authorization(
    token: CredentialsToken, version: str, *, other: bool = False, newline: bool = False
) -> str:
    """The header of a version. `other`: as the versions across 2.1.1 spell it; `newline`: encoded with it."""
    if newline:
        return SCHEME + base64.b64encode(f"{token.reveal()}\n".encode()).decode()
    is_raw = (version == V2_1_1) != other
    return SCHEME + token.reveal() if is_raw else token.header()


def tokens_in(header: str, version: str) -> set[str]:
    """What a platform of this version takes the header for; one of 2.1.1 decodes nothing."""
    if version == V2_1_1:
        return {header.removeprefix(SCHEME)} if header.startswith(SCHEME) else set()
    return {token.reveal() for token in readings(header)}


def credentials(
    version: str, token: CredentialsToken, url: str, roles: Sequence[Role], hub_party: PartyId | None
) -> dict[str, Any]:
    """As the version has them: a hub is a role of its own in 2.2.1, and stands beside others in 2.3.0."""
    told: dict[str, Any] = {"token": token.reveal(), "url": url}
    if version == V2_1_1:
        return {**told, **_party(hub_party or roles[0][1])}
    if hub_party is None:
        return {**told, "roles": [_role(*each) for each in roles]}
    if version == V2_2_1:
        return {**told, "roles": [_role("HUB", hub_party)]}
    return {**told, "roles": [_role(*each) for each in roles], "hub_party_id": hub_party.compact}


def endpoints(version: str, root: str, roles: Sequence[Role]) -> list[Endpoint]:
    """Every module of the version below `root`; in 2.1.1 on the side that the first role serves."""
    first = {"identifier": "credentials", "url": f"{root}/credentials"}
    if version == V2_1_1:
        return [first, *_of_one_side(root, roles[0][0])]
    return [
        {**first, "role": Side.SENDER},
        *(
            {"identifier": module, "role": side, "url": _url(root, module, side)}
            for module in MODULES[version]
            for side in Side
        ),
    ]


def by_side(found: Sequence[Mapping[str, str]]) -> dict[tuple[str, str], str]:
    """Addresses by module and side; where no side is told there is one address for both."""
    return {
        (each["identifier"], side): each["url"]
        for each in found
        for side in ([each["role"]] if "role" in each else Side)
    }


def _of_one_side(root: str, role: str) -> list[Endpoint]:
    return [
        {"identifier": module, "url": _url(root, module, side)}
        for module in MODULES[V2_1_1]
        for side in Side
        if serving_role(module, side) == role
    ]


def _url(root: str, module: str, side: Side) -> str:
    return f"{root}/{side.lower()}/{module}"


def _role(role: str, party: PartyId) -> dict[str, Any]:
    return {"role": role, **_party(party)}


def _party(party: PartyId) -> dict[str, Any]:
    return {
        "country_code": party.country_code,
        "party_id": party.party_id,
        "business_details": {"name": f"Simulated {party}"},
    }
