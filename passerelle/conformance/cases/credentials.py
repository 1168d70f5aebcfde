"""The handshake and what follows from it: C-009 to C-023."""

import base64
import binascii
from typing import Any

from ocpi.wire.credentials_token import CredentialsToken, is_well_formed
from passerelle.conformance import expect
from passerelle.conformance.case import HUBS, ONLY_2_2_1, ONLY_2_3_0, SINCE_2_2_1, Cases, Stage
from passerelle.conformance.exchange import Exchange, NothingToSee, Wrong
from passerelle.conformance.opening import CannotBegin, discover
from passerelle.conformance.target import Target

case = Cases()
NOWHERE = "http://127.0.0.1:9/versions"


@case("C-013", "credentials, PUT and DELETE method", stage=Stage.INVITED)
async def only_the_registered_replace_or_leave(target: Target) -> str:
    """PUT and DELETE of credentials by somebody who is not registered are answered with HTTP 405."""
    mine = target.us.credentials(target.us.invite())
    expect.http(await target.configure("PUT", target.credentials_url, mine), 405)
    expect.http(await target.configure("DELETE", target.credentials_url), 405)
    return "405 for both"


@case("C-016", "status_codes, 3001; credentials, Registration", stage=Stage.INVITED)
async def an_unreachable_caller_is_told_so(target: Target) -> str:
    """Whose versions cannot be read is told 3001, stays unregistered, and may try again with TOKEN_A."""
    mine = {**target.us.credentials(target.us.invite()), "url": NOWHERE}
    expect.status(await _offered(target, "POST", mine), 3001)
    expect.success(await target.configure("GET", target.versions_url))
    return "3001, and TOKEN_A still opens"


@case("C-017", "status_codes, 3003; credentials, Required endpoints", stage=Stage.INVITED)
async def a_caller_without_credentials_endpoint_is_refused(target: Target) -> str:
    """A caller that lacks an endpoint that is needed is told 3003; nobody can do without credentials."""
    target.us.endpoints_offered = [
        each for each in target.us.offered(target.version) if each["identifier"] != "credentials"
    ]
    try:
        mine = target.us.credentials(target.us.invite())
        answer = await _offered(target, "POST", mine)
    finally:
        target.us.endpoints_offered = None
    expect.status(answer, 3001, 3003)
    return f"status_code {answer.status}"


@case("C-009", "credentials, Registration", stage=Stage.REGISTERING)
async def registration_calls_back_before_it_answers(target: Target) -> str:
    """While POST waits, the platform reads our versions and details with the token that was just offered."""
    if target.us.is_registered:
        raise NothingToSee("the platform has registered us already, by an offer that it should have refused")
    token_b = target.us.invite()
    answer = await _exchange_tokens(target, "POST", token_b)
    _check_called_back(target, token_b)
    return f"HTTP {answer.http}, versions and details were read before it"


@case("C-010", "credentials, Registration")
async def token_a_is_dead_after_registration(target: Target) -> str:
    """After a successful registration TOKEN_A is answered with HTTP 401."""
    if target.token_a is None:
        raise NothingToSee("TOKEN_A is known only to a run that registers itself")
    shown = target.us.authorization(target.token_a)
    expect.http(await target.send("GET", target.versions_url, authorization=shown), 401)
    return "401"


@case("C-012", "credentials, POST method", writes=True)
async def nobody_registers_twice(target: Target) -> str:
    """POST of credentials by somebody who is registered is answered with HTTP 405."""
    mine = target.us.credentials(target.us.invite())
    expect.http(await _offered(target, "POST", mine), 405)
    return "405"


@case("C-014", "credentials, PUT method", writes=True)
async def a_put_renews_the_token_and_reads_the_endpoints_again(target: Target) -> str:
    """PUT answers with another token, and reads our endpoints again although the version is the same."""
    before, token_b = target.token, target.us.invite()
    _check_can_be_called(target)
    target.us.handshakes.clear()
    await _exchange_tokens(target, "PUT", token_b)
    _check_called_back(target, token_b)
    expect.that(target.token.reveal() != before.reveal(), "the token is the same as before")
    return "a new token, and our endpoints were read"


@case("C-015", "credentials, PUT method", writes=True)
async def a_put_to_another_version_switches(target: Target) -> str:
    """PUT to the credentials of another version makes it the version of the connection."""
    _check_can_be_called(target)
    first = target.version
    other = next((each for each in target.us.versions if each in target.offered and each != first), None)
    if other is None:
        raise NothingToSee(f"the platform offers no version but {first}")
    try:
        await _switch(target, other)
    finally:
        await _switch(target, first)
    return f"to {other} and back"


@case("C-018", "credentials, DELETE method", stage=Stage.LEAVING)
async def whoever_leaves_is_out(target: Target) -> str:
    """After DELETE of the credentials the token is answered with HTTP 401."""
    expect.success(await target.configure("DELETE", target.credentials_url))
    target.us.is_registered = False
    expect.http(await target.configure("GET", target.versions_url), 401)
    return "401"


@case("C-019", "2.2.1 credentials, CredentialsRole", versions=ONLY_2_2_1, roles=HUBS)
async def a_hub_is_one_role(target: Target) -> str:
    """A hub shows exactly one role, HUB, and none of the parties behind it."""
    roles = [each["role"] for each in (await _theirs(target))["roles"]]
    expect.that(roles == ["HUB"], f"the roles are {', '.join(roles)}")
    return "HUB alone"


@case("C-020", "credentials, Credentials object", versions=ONLY_2_3_0, roles=HUBS)
async def a_hub_names_itself_beside_its_parties(target: Target) -> str:
    """A hub has a hub_party_id of five characters, the roles of the parties behind it, and no role HUB."""
    told = await _theirs(target)
    hub = told.get("hub_party_id")
    expect.that(isinstance(hub, str) and len(hub) == 5, f"hub_party_id is {hub!r}")  # noqa: PLR2004
    expect.that(all(each["role"] != "HUB" for each in told["roles"]), "there is a role HUB")
    return f"{hub}, roles: {len(told['roles'])}"


@case("C-021", "credentials, CredentialsRole", versions=SINCE_2_2_1)
async def roles_are_unique(target: Target) -> str:
    """A role of a party stands there once; the same role may stand there for other parties."""
    roles = [
        (each["role"], each["country_code"].upper(), each["party_id"].upper())
        for each in (await _theirs(target))["roles"]
    ]
    expect.that(len(set(roles)) == len(roles), "a role of the same party stands there twice")
    return f"roles: {len(roles)}"


@case("C-023", "credentials, Credentials object", versions=SINCE_2_2_1)
async def the_token_stands_there_plain(target: Target) -> str:
    """The token in a Credentials object is plain: printable ASCII, at most 64 characters, not encoded."""
    token = (await _theirs(target)).get("token")
    expect.that(isinstance(token, str) and is_well_formed(token), "the token is not well formed")
    expect.that(not _is_encoded(str(token), target), "the token stands there in Base64")
    return "plain"


async def _theirs(target: Target) -> dict[str, Any]:
    told = expect.one(await target.configure("GET", target.credentials_url))
    expect.that(isinstance(told.get("roles"), list), "roles is no list")
    return told


def _is_encoded(token: str, target: Target) -> bool:
    try:
        return base64.b64decode(token, validate=True).decode().strip() == target.token.reveal()
    except (binascii.Error, ValueError):
        return False


async def _exchange_tokens(target: Target, method: str, token_b: CredentialsToken) -> Exchange:
    """Credentials with an unknown field, which no platform may mind (C-022)."""
    mine = {**target.us.credentials(token_b, target.version), "an_unknown_field": [1]}
    answer = await _offered(target, method, mine)
    expect.success(answer)
    return answer


async def _offered(target: Target, method: str, mine: dict[str, Any]) -> Exchange:
    """Whatever the platform accepts is kept to, also where it should have refused."""
    answer = await target.configure(method, target.credentials_url, mine)
    if answer.is_success:
        theirs = expect.one(answer).get("token")
        expect.that(isinstance(theirs, str) and is_well_formed(theirs), "the token is not well formed")
        target.us.their_token = CredentialsToken(str(theirs))
        target.us.is_registered = True
    return answer


def _check_called_back(target: Target, token: CredentialsToken) -> None:
    read = [each.module for each in target.us.handshakes if each.token == token.reveal()]
    for module in ("versions", "details"):
        expect.that(module in read, f"our {module} were not read with the new token")


def _check_can_be_called(target: Target) -> None:
    if target.token_a is None:
        raise NothingToSee("the platform has to call back: possible in a run that registers itself")


async def _switch(target: Target, version: str) -> None:
    try:
        await discover(target, version)
    except CannotBegin as error:
        raise Wrong(str(error)) from error
    target.us.handshakes.clear()
    await _exchange_tokens(target, "PUT", target.us.invite())
    read = {each.version for each in target.us.handshakes if each.module == "details"}
    expect.that(version in read, f"our details of {version} were not read")
