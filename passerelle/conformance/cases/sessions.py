"""Sessions, CDRs and commands as they are received: C-099 to C-126."""

from ocpi.wire.interfaces import Side
from passerelle.conformance import expect, samples
from passerelle.conformance.case import SINCE_2_2_1, Cases
from passerelle.conformance.exchange import Exchange, NothingToSee
from passerelle.conformance.samples import LATER, STAMP
from passerelle.conformance.target import Target
from schemas.kinds import PartyId

case = Cases()
SESSIONS = ("sessions", Side.RECEIVER)
BILLS = ("cdrs", Side.RECEIVER)
COMMANDS = ("commands", Side.RECEIVER)
EMSPS = frozenset({"EMSP"})
CPOS = frozenset({"CPO"})
UNKNOWN = "CHECK-UNKNOWN"


@case("C-099", "mod_sessions, PUT and PATCH method", versions=SINCE_2_2_1, roles=EMSPS,
      interfaces=[SESSIONS], writes=True)  # fmt: skip
async def periods_of_a_patch_are_appended(target: Target) -> str:
    """charging_periods of a PATCH are added to those that are there; a PUT replaces them."""
    session = await _session(target)
    first, second = _period(STAMP), _period("2025-12-01T08:30:00Z")
    expect.success(await _put(target, {**session, "charging_periods": [first]}))
    patch = {"charging_periods": [second], "last_updated": "2025-12-01T08:40:00Z"}
    expect.success(await _send(target, "PATCH", session["id"], patch))
    expect.that(await _periods(target, session["id"]) == 2, "the period of the PATCH was not appended")  # noqa: PLR2004
    expect.success(await _put(target, {**session, "last_updated": LATER}))
    expect.that(await _periods(target, session["id"]) == 0, "a PUT without periods left some")
    return "appended by PATCH, replaced by PUT"


@case("C-100", "mod_sessions, PATCH method", versions=SINCE_2_2_1, roles=EMSPS, interfaces=[SESSIONS],
      writes=True)  # fmt: skip
async def sessions_have_no_parts(target: Target) -> str:
    """There is no URL for a part of a session."""
    session = await _session(target)
    answer = await _send(target, "PATCH", session["id"], {"last_updated": LATER}, "charging_periods")
    expect.http(answer, 404, 405)
    return f"HTTP {answer.http}"


@case("C-108", "mod_cdrs, Flow and Lifecycle", roles=EMSPS, interfaces=[BILLS], writes=True)
async def a_bill_never_changes(target: Target) -> str:
    """A CDR is not replaced, patched or deleted; the same id again with other content changes nothing."""
    bill = samples.cdr(target.version, target.own, _issuer(target), target.fresh_id())
    where = expect.header(await _post(target, bill), "Location")
    for method in ("PUT", "PATCH", "DELETE"):
        expect.http(await target.follow(method, where, body=bill), 404, 405)
    await _post(target, {**bill, "total_energy": 2, "last_updated": "2025-12-01T10:00:00Z"})
    found = expect.one(await target.follow("GET", where))
    expect.that(found.get("total_energy") == bill["total_energy"], "the second CDR replaced the first")
    return "unchanged"


@case("C-114", "mod_cdrs, POST method", roles=EMSPS, interfaces=[BILLS], writes=True)
async def a_bill_is_found_where_it_was_put(target: Target) -> str:
    """POST of a CDR answers with a Location, under which the CDR is read again."""
    bill = samples.cdr(target.version, target.own, _issuer(target), target.fresh_id())
    answer = await _post(target, bill)
    expect.success(answer)
    found = expect.one(await target.follow("GET", expect.header(answer, "Location")))
    expect.that(found.get("id") == bill["id"], f"there is {found.get('id')!r}")
    return "read again at its Location"


@case("C-121", "mod_commands, CommandResponse", versions=SINCE_2_2_1, roles=CPOS, interfaces=[COMMANDS],
      writes=True)  # fmt: skip
async def a_command_is_answered_with_a_timeout(target: Target) -> str:
    """CommandResponse has a result and the whole number of seconds after which none is to be expected."""
    told = expect.one(await _stop(target))
    expect.that(isinstance(told.get("timeout"), int), f"timeout is {told.get('timeout')!r}")
    return f"{told.get('result')} within {told['timeout']} s"


@case("C-126", "mod_commands, CommandResponseType", roles=CPOS, interfaces=[COMMANDS], writes=True)
async def unknown_sessions_cannot_be_stopped(target: Target) -> str:
    """STOP_SESSION for a session that the CPO does not know is answered with UNKNOWN_SESSION."""
    told = expect.one(await _stop(target))
    expect.that(told.get("result") == "UNKNOWN_SESSION", f"the result is {told.get('result')!r}")
    return "UNKNOWN_SESSION"


async def _stop(target: Target) -> Exchange:
    body = {"response_url": f"{target.us.base}/sender/commands/{target.fresh_id()}", "session_id": UNKNOWN}
    return await target.call("POST", "commands", Side.RECEIVER, "STOP_SESSION", body=body)


async def _session(target: Target) -> samples.Json:
    session = samples.session(target.version, target.own, _issuer(target), target.fresh_id())
    answer = await _put(target, session)
    if not answer.is_success:
        raise NothingToSee(f"the platform did not take a good session: {answer.body[:200]!r}")
    return session


async def _put(target: Target, session: samples.Json) -> Exchange:
    return await _send(target, "PUT", session["id"], session)


async def _send(target: Target, method: str, session_id: str, body: samples.Json, *part: str) -> Exchange:
    path = (target.own.country_code, target.own.party_id, session_id, *part)
    return await target.call(method, "sessions", Side.RECEIVER, *path, body=body)


async def _periods(target: Target, session_id: str) -> int:
    path = (target.own.country_code, target.own.party_id, session_id)
    found = expect.one(await target.call("GET", "sessions", Side.RECEIVER, *path))
    return len(found.get("charging_periods") or ())


async def _post(target: Target, bill: samples.Json) -> Exchange:
    return await target.call("POST", "cdrs", Side.RECEIVER, body=bill)


def _issuer(target: Target) -> PartyId:
    """Whose card it was: the platform's own."""
    return target.party or target.own


def _period(start: str) -> samples.Json:
    return {"start_date_time": start, "dimensions": [{"type": "ENERGY", "volume": 1}]}
