"""How a run begins: the platform's versions and endpoints are read, and who it is, if it says so.

Spec: version_information_endpoint; credentials, Registration.
"""

from http import HTTPStatus
from typing import Any

from passerelle.conformance import expect
from passerelle.conformance.exchange import Wrong
from passerelle.conformance.target import Target
from schemas.kinds import PartyId
from simulators import dialect


class CannotBegin(Exception):
    """The run cannot begin; the text is one line for whoever started it."""


async def discover(target: Target, wanted: str | None) -> None:
    """Settle the version, the wanted one or the best, and learn its endpoints. Raises CannotBegin."""
    try:
        target.offered = await _versions(target, wanted)
        target.us.version = _settled(target, wanted)
        target.details_url = target.offered[target.us.version]
        details = await _configured(target, target.details_url)
        target.endpoints = [each for each in details["endpoints"] if "identifier" in each and "url" in each]
        target.us.endpoints = dialect.by_side(target.endpoints)
    except (Wrong, KeyError, TypeError) as error:
        raise CannotBegin(f"the versions of {target.versions_url} cannot be read: {error}") from error
    if ("credentials", "SENDER") not in target.us.endpoints and (
        "credentials",
        "RECEIVER",
    ) in target.us.endpoints:
        target.us.endpoints["credentials", "SENDER"] = target.us.endpoints["credentials", "RECEIVER"]


async def introduce(target: Target, role: str | None) -> None:
    """Who the platform is, by its credentials; `role` where it plays several or tells none.

    Raises CannotBegin.
    """
    try:
        told = expect.one(await target.configure("GET", target.credentials_url))
        hub = _hub(told)
        parties = _parties(told)
    except (Wrong, KeyError, TypeError, ValueError) as error:
        raise CannotBegin(f"the credentials of the platform cannot be read: {error}") from error
    target.role = role or ("HUB" if hub else _only_role(parties))
    target.party = hub if target.role == "HUB" else _party_in(parties, target.role)


async def _versions(target: Target, wanted: str | None) -> dict[str, str]:
    """Before a version is settled nobody knows how the token is spelled, so it is tried in Base64 and raw."""
    for version in [wanted] if wanted else (dialect.V2_3_0, dialect.V2_1_1):
        target.us.version = version
        answer = await target.configure("GET", target.versions_url)
        if answer.http != HTTPStatus.UNAUTHORIZED:
            return {each["version"]: each["url"] for each in expect.listed(answer)}
    raise CannotBegin(f"{target.versions_url} does not accept the token (HTTP 401)")


async def _configured(target: Target, url: str) -> dict[str, Any]:
    return expect.one(await target.configure("GET", url))


def _settled(target: Target, wanted: str | None) -> str:
    common = [each for each in dialect.VERSIONS if each in target.offered and wanted in (None, each)]
    if not common:
        listed = ", ".join(target.offered) or "nothing"
        raise CannotBegin(f"the platform offers {listed}, not {wanted or 'any version that is known here'}")
    return common[0]


def _hub(told: dict[str, Any]) -> PartyId | None:
    if told.get("hub_party_id"):
        return PartyId(told["hub_party_id"][:2], told["hub_party_id"][2:])
    return next(
        (
            PartyId(each["country_code"], each["party_id"])
            for each in told.get("roles", ())
            if each["role"] == "HUB"
        ),
        None,
    )


def _parties(told: dict[str, Any]) -> list[tuple[str, PartyId]]:
    if "roles" not in told:
        return [("", PartyId(told["country_code"], told["party_id"]))]
    return [(each["role"], PartyId(each["country_code"], each["party_id"])) for each in told["roles"]]


def _only_role(parties: list[tuple[str, PartyId]]) -> str:
    known = {role for role, _ in parties} & {"CPO", "EMSP"}
    if len(known) != 1:
        raise CannotBegin("the platform has no role or several: say which one is meant with --role")
    return known.pop()


def _party_in(parties: list[tuple[str, PartyId]], role: str) -> PartyId:
    found = [party for played, party in parties if played in (role, "")]
    if not found:
        raise CannotBegin(f"the platform does not play the role {role}")
    return found[0]
