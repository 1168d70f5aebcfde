"""Versions, endpoints, and who is let in: C-001 to C-008."""

import base64
from typing import Any, Final

from yarl import URL

from ocpi.wire.credentials_token import SCHEME, CredentialsToken
from ocpi.wire.interfaces import Side
from passerelle.conformance import expect
from passerelle.conformance.case import ONLY_2_1_1, SINCE_2_2_1, Cases, Stage
from passerelle.conformance.exchange import NothingToSee
from passerelle.conformance.target import Target

case = Cases()
MOST_MODULES: Final = 3


@case("C-001", "version_information_endpoint, Version information")
async def versions_are_a_list(target: Target) -> str:
    """The versions URL answers with a list of {version, url}, each URL absolute."""
    found = expect.listed(await target.configure("GET", target.versions_url))
    expect.that(found, "the list is empty")
    for each in found:
        expect.that(_is_text(each, "version"), "an entry has no version")
        expect.that(_is_absolute(each.get("url")), f"the url of {each['version']} is not absolute")
    return ", ".join(each["version"] for each in found)


@case("C-002", "version_information_endpoint, Endpoint", versions=SINCE_2_2_1)
async def endpoints_have_roles(target: Target) -> str:
    """Each endpoint has identifier, role and url; credentials stand there exactly once."""
    found = await _endpoints(target)
    for each in found:
        expect.that(each.get("role") in set(Side), f"{each['identifier']} has the role {each.get('role')!r}")
    _check_once(found)
    return f"{len(found)} endpoints"


@case("C-003", "2.1.1 version_information_endpoint, Endpoint", versions=ONLY_2_1_1)
async def endpoints_have_no_roles(target: Target) -> str:
    """An endpoint is identifier and url: which side it is follows from whose versions URL was asked."""
    found = await _endpoints(target)
    _check_once(found)
    modules = [each["identifier"] for each in found]
    doubled = {each for each in modules if modules.count(each) > 1}
    expect.that(not doubled, f"{', '.join(sorted(doubled))} stands there more than once")
    return f"{len(found)} endpoints"


@case("C-004", "transport_and_format, Authorization header")
async def nobody_is_let_in_without_a_token(target: Target) -> str:
    """A request without an Authorization header is answered with HTTP 401, also for versions."""
    for url in _addresses(target):
        expect.http(await target.send("GET", url, authorization=None), 401)
    return "401 everywhere"


@case("C-005", "transport_and_format, Authorization header")
async def nobody_is_let_in_with_an_unknown_token(target: Target) -> str:
    """A token that the platform did not give is answered with HTTP 401, not with 403."""
    shown = target.us.authorization(CredentialsToken.generate())
    for url in _addresses(target):
        expect.http(await target.send("GET", url, authorization=shown), 401)
    return "401 everywhere"


@case("C-006", "transport_and_format, Authorization header", versions=SINCE_2_2_1)
async def tokens_come_in_base64(target: Target) -> str:
    """The header carries the Base64 of the token; older spellings are advisably read as well."""
    expect.success(await target.configure("GET", target.versions_url))
    secret = target.token.reveal()
    spellings = {
        "the raw token": secret,
        "Base64 with a newline": base64.b64encode(f"{secret}\n".encode()).decode(),
    }
    refused = [
        name
        for name, spelling in spellings.items()
        if (await target.send("GET", target.versions_url, authorization=SCHEME + spelling)).http >= 400  # noqa: PLR2004
    ]
    return f"Base64 is read; {' and '.join(refused)} not" if refused else "every spelling is read"


@case("C-007", "2.1.1 transport_and_format, Request format", versions=ONLY_2_1_1)
async def tokens_come_raw(target: Target) -> str:
    """The header carries the token as it is."""
    raw = SCHEME + target.token.reveal()
    expect.success(await target.send("GET", target.versions_url, authorization=raw))
    return "the raw token is read"


@case("C-008", "credentials, Registration", versions=SINCE_2_2_1, stage=Stage.INVITED)
async def token_a_opens_the_handshake_only(target: Target) -> str:
    """TOKEN_A opens versions, details and credentials; every other module answers HTTP 401."""
    for url in (target.versions_url, target.details_url):
        expect.success(await target.configure("GET", url))
    modules = [each["url"] for each in target.endpoints if each["identifier"] != "credentials"][:MOST_MODULES]
    if not modules:
        raise NothingToSee("the platform offers no module but credentials")
    for url in modules:
        expect.http(await target.follow("GET", url), 401)
    return f"401 from {len(modules)} endpoints"


async def _endpoints(target: Target) -> list[dict[str, Any]]:
    details = expect.one(await target.configure("GET", target.details_url))
    expect.that(details.get("version") == target.version, f"version is {details.get('version')!r}")
    found = details.get("endpoints")
    expect.that(isinstance(found, list) and found, "endpoints is no list, or empty")
    for each in found or []:
        expect.that(_is_text(each, "identifier"), "an endpoint has no identifier")
        expect.that(_is_absolute(each.get("url")), f"the url of {each['identifier']} is not absolute")
    return list(found or [])


def _check_once(endpoints: list[dict[str, Any]]) -> None:
    times = sum(each["identifier"] == "credentials" for each in endpoints)
    expect.that(times == 1, f"credentials stand there {times} times")


def _addresses(target: Target) -> list[str]:
    """Versions, details and a few modules: not so many that it looks like somebody who guesses tokens."""
    modules = [each["url"] for each in target.endpoints[:MOST_MODULES]]
    return list(dict.fromkeys([target.versions_url, target.details_url, *modules]))


def _is_text(each: dict[str, Any], name: str) -> bool:
    return isinstance(each.get(name), str) and bool(each[name])


def _is_absolute(url: object) -> bool:
    try:
        return isinstance(url, str) and URL(url).scheme in ("http", "https") and bool(URL(url).host)
    except ValueError:
        return False
