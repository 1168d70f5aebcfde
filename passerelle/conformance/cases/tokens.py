"""Tokens and their authorization: C-087 to C-098."""

from typing import Any

from ocpi.wire.interfaces import Side
from passerelle.conformance import expect, samples
from passerelle.conformance.case import ONLY_2_3_0, SINCE_2_2_1, Cases
from passerelle.conformance.exchange import Exchange, NothingToSee
from passerelle.conformance.target import Target

case = Cases()
SENDER = ("tokens", Side.SENDER)
RECEIVER = ("tokens", Side.RECEIVER)
EMSPS = frozenset({"EMSP"})
CPOS = frozenset({"CPO"})
ALLOWED = frozenset({"ALLOWED", "BLOCKED", "EXPIRED", "NO_CREDIT", "NOT_ALLOWED"})


@case("C-087", "mod_tokens, AuthorizationInfo", versions=SINCE_2_2_1, roles=EMSPS, interfaces=[SENDER],
      writes=True)  # fmt: skip
async def an_authorization_repeats_the_token(target: Target) -> str:
    """AuthorizationInfo holds the whole token that was asked about."""
    token = (await _tokens(target))[0]
    info = expect.one(await _authorize(target, token["uid"], token["type"]))
    expect.that(isinstance(info.get("token"), dict), "there is no token in it")
    expect.that(info["token"].get("uid") == token["uid"], f"it is about {info['token'].get('uid')!r}")
    return "the whole token"


@case("C-088", "mod_tokens, POST method", versions=SINCE_2_2_1, roles=EMSPS, interfaces=[SENDER])
async def unknown_tokens_are_told(target: Target) -> str:
    """A token that the eMSP does not know is answered with HTTP 404 and 2004, and without data."""
    answer = await _authorize(target, "CHECK-UNKNOWN", "RFID")
    expect.http(answer, 404)
    expect.status(answer, 2004)
    expect.that(answer.data is None, "there is data")
    return "404 and 2004"


@case("C-089", "mod_tokens, POST method", roles=EMSPS, interfaces=[SENDER], writes=True)
async def a_no_is_a_good_answer(target: Target) -> str:
    """A token that may not charge is answered with HTTP 200, 1000 and the reason in `allowed`."""
    token = next((each for each in await _tokens(target) if each.get("valid") is False), None)
    if token is None:
        raise NothingToSee("no token of the list is invalid")
    info = expect.one(await _authorize(target, token["uid"], token["type"]))
    expect.that(info.get("allowed") in ALLOWED - {"ALLOWED"}, f"allowed is {info.get('allowed')!r}")
    return str(info["allowed"])


@case("C-091", "mod_tokens, Sender Interface", versions=SINCE_2_2_1, roles=EMSPS, interfaces=[SENDER],
      writes=True)  # fmt: skip
async def a_token_without_a_type_is_a_card(target: Target) -> str:
    """Without a type in the query the token is of type RFID; uid and type together are its key."""
    token = next((each for each in await _tokens(target) if each["type"] == "RFID"), None)
    if token is None:
        raise NothingToSee("no token of the list is of type RFID")
    expect.success(await _authorize(target, token["uid"], None))
    other = await _authorize(target, token["uid"], "OTHER")
    if other.is_success:
        info = expect.one(other)
        expect.that(info["token"].get("type") == "OTHER", "the card was found under another type")
    return "RFID unless told"


@case("C-094", "mod_tokens, Push model", roles=CPOS, interfaces=[RECEIVER], writes=True)
async def tokens_are_not_deleted(target: Target) -> str:
    """There is no DELETE of a token: valid=false is how it ends."""
    sample = samples.a_token(target)
    expect.success(await samples.push(target, sample, "PUT", sample.body))
    expect.http(await samples.push(target, sample, "DELETE", None), 404, 405)
    expect.success(await samples.read(target, sample))
    return "still there after DELETE"


@case("C-098", "mod_tokens, TokenType", versions=ONLY_2_3_0, roles=EMSPS, interfaces=[SENDER])
async def contract_ids_are_not_listed(target: Target) -> str:
    """Tokens of type EMAID are not handed out in lists: they are authorized in real time."""
    found = await _tokens(target)
    expect.that(all(each["type"] != "EMAID" for each in found), "the list holds a token of type EMAID")
    return f"none in {len(found)}"


async def _tokens(target: Target) -> list[dict[str, Any]]:
    found = expect.listed(await target.pull("tokens", limit="200"))
    if not found:
        raise NothingToSee("the list of tokens is empty")
    return found


async def _authorize(target: Target, uid: str, token_type: str | None) -> Exchange:
    query = {"type": token_type} if token_type else None
    return await target.call("POST", "tokens", Side.SENDER, uid, "authorize", query=query)
