"""A finance office reads its bills with a token and no platform. A-9, A-10, A-11."""

import asyncio
import json
from typing import Any

import pytest
from yarl import URL

from ocpi.server.attempts import ALLOWED
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.pagination import next_page
from passerelle.admin_client import AdminRefused
from schemas.kinds import PartyId
from simulators.partner import Heard
from tests import build
from tests.hub.ledger.bills import bill, post
from tests.platforms import CPO, EMSP, operate
from tests.roaming import Roaming

DAY = "2026-01-31"
LIST = "/ocpi/2.3.0/sender/cdrs"


async def given(roaming: Roaming, party: PartyId = CPO, **more: Any) -> str:
    wanted = {"party": str(party), "modules": ["cdrs"], "expires": DAY, **more}
    return str((await operate(roaming.hub, "/access", wanted))["token"])


async def read(roaming: Roaming, shown: str, path: str = LIST, method: str = "GET", **headers: str) -> Heard:
    """From a machine that is no partner's: only the header says who asks."""
    return await roaming.cpo.plain(method, f"{roaming.hub.url}{path}", shown, None, **headers)


@pytest.mark.parametrize("version", ["2.3.0", "2.2.1"])
@pytest.mark.parametrize("party", [CPO, EMSP])
async def test_a_token_reads_the_bills_of_its_party_without_routing_headers(
    roaming: Roaming, version: str, party: PartyId
) -> None:
    await post(roaming, bill("A"))
    await post(roaming, bill("B"))
    token = await given(roaming, party)
    heard = await read(roaming, f"Bearer {token}", f"/ocpi/{version}/sender/cdrs?limit=1")
    following = next_page(heard.headers, URL(roaming.hub.url))
    assert following is not None
    second = await read(roaming, f"Bearer {token}", following.raw_path_qs)
    assert [each["id"] for each in (*heard.data, *second.data)] == ["A", "B"]
    assert ("excl_vat" in heard.data[0]["total_cost"]) is (version == "2.2.1")


@pytest.mark.parametrize("spelled", ["Token {base64}", "Token {raw}", "Bearer {raw}"])
async def test_a_token_may_be_spelled_as_ocpi_has_it_or_as_the_web_does(
    roaming: Roaming, spelled: str
) -> None:
    token = await given(roaming)
    base64 = CredentialsToken(token).header().removeprefix("Token ")
    assert (await read(roaming, spelled.format(base64=base64, raw=token))).status == 1000


async def test_a_token_shows_nothing_of_others(roaming: Roaming) -> None:
    await post(roaming, bill())
    pair = {"cpo": "DE*CPO", "emsp": str(EMSP)}
    await operate(roaming.hub, "/agreements", pair)
    token = await given(roaming, PartyId("DE", "CPO"))
    for path in (LIST, "/export/cdrs.json"):
        heard = await read(roaming, f"Bearer {token}", path)
        assert (heard.http, b"CDR1" in heard.body) == (200, False)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", LIST),
        ("PUT", LIST),
        ("DELETE", "/export/cdrs.json"),
        ("POST", "/ocpi/2.3.0/receiver/cdrs"),
        ("GET", "/ocpi/2.3.0/receiver/cdrs/FR/CPO/CDR1/seal"),
        ("GET", "/ocpi/2.3.0/sender/sessions"),
        ("GET", "/export/sessions.json"),
        ("GET", "/ocpi/2.3.0/sender/tokens"),
        ("GET", "/ocpi/2.3.0/sender/locations"),
        ("GET", "/ocpi/versions"),
        ("GET", "/ocpi/2.3.0/credentials"),
        ("DELETE", "/ocpi/2.3.0/credentials"),
        ("GET", "/ocpi/2.3.0/sender/hubclientinfo"),
        ("GET", "/nothing"),
    ],
)
async def test_a_token_opens_nothing_but_its_lists(roaming: Roaming, method: str, path: str) -> None:
    heard = await read(roaming, f"Bearer {await given(roaming)}", path, method)
    assert (heard.http, heard.status) == (401, 2000)
    assert heard.headers["WWW-Authenticate"] == "Token"


async def test_both_modules_may_be_read_where_both_were_given(roaming: Roaming) -> None:
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    token = await given(roaming, modules=["cdrs", "sessions"])
    heard = await read(roaming, f"Bearer {token}", "/ocpi/2.3.0/sender/sessions")
    assert [each["id"] for each in heard.data] == ["S1"]
    exported = await read(roaming, f"Bearer {token}", "/export/sessions.json")
    assert [each["session"]["id"] for each in json.loads(exported.body)["sessions"]] == ["S1"]


async def test_routing_headers_that_say_otherwise_are_refused(roaming: Roaming) -> None:
    """S-14: nobody reads in another's name."""
    token = await given(roaming)
    for name, party in (("OCPI-from", EMSP), ("OCPI-to", CPO)):
        headers = {f"{name}-country-code": party.country_code, f"{name}-party-id": party.party_id}
        heard = await read(roaming, f"Bearer {token}", LIST, **headers)
        assert (heard.http, heard.status) == (200, 2001)


async def test_an_ended_token_and_a_revoked_one_are_like_one_that_never_was(roaming: Roaming) -> None:
    revoked, ended = await given(roaming, name="to-revoke"), await given(roaming, expires="2026-01-02")
    never = await read(roaming, "Bearer passerelle-read-never")
    for token in (revoked, ended):
        assert (await read(roaming, f"Bearer {token}")).status == 1000
    await asyncio.to_thread(roaming.hub.admin.delete, "/access/to-revoke")
    await roaming.much_later(hours=48)
    for token in (revoked, ended):
        heard = await read(roaming, f"Bearer {token}")
        assert (heard.http, heard.status) == (401, 2000)
        assert heard.envelope["status_message"] == never.envelope["status_message"]


async def test_the_last_day_still_counts(roaming: Roaming) -> None:
    token = await given(roaming, expires="2026-01-01")
    await roaming.much_later(hours=23.9)
    assert (await read(roaming, f"Bearer {token}")).status == 1000
    await roaming.much_later(hours=0.2)
    assert (await read(roaming, f"Bearer {token}")).http == 401


async def test_guesses_are_counted_and_a_token_in_use_still_opens(roaming: Roaming) -> None:
    """A-9."""
    used, unused = await given(roaming, name="used"), await given(roaming, name="unused")
    assert (await read(roaming, f"Bearer {used}")).status == 1000
    for number in range(ALLOWED):
        await read(roaming, f"Bearer passerelle-read-guess{number}")
    assert (await read(roaming, "Bearer passerelle-read-one-more")).http == 429
    assert (await read(roaming, f"Bearer {used}")).status == 1000
    assert (await read(roaming, f"Bearer {unused}")).http == 429
    await asyncio.to_thread(roaming.hub.admin.delete, "/access/used")
    assert (await read(roaming, f"Bearer {used}")).http == 429
    await roaming.much_later(seconds=61)
    assert (await read(roaming, f"Bearer {unused}")).status == 1000


async def test_it_is_kept_who_gave_a_token_and_how_it_was_used(roaming: Roaming) -> None:
    """A-10: the token itself is kept nowhere."""
    token = await given(roaming, name="bureau")
    for _ in range(2):
        await read(roaming, f"Bearer {token}")
    await roaming.later(seconds=5)
    await asyncio.to_thread(roaming.hub.admin.delete, "/access/bureau")
    (shown,) = await asyncio.to_thread(roaming.hub.admin.get, "/access")
    assert (shown["name"], shown["party"], shown["modules"]) == ("bureau", str(CPO), ["cdrs"])
    assert (shown["created_by"], shown["revoked_by"], shown["uses"]) == ("command line", "command line", 2)
    assert shown["last_used_at"] < shown["revoked_at"] < shown["expires_at"]
    acts = await asyncio.to_thread(roaming.hub.admin.get, "/acts")
    told = [(act["operator"], act["method"], act["path"], act["status"]) for act in acts]
    assert told[0] == ("command line", "DELETE", "/admin/v1/access/bureau", 200)
    assert ("command line", "POST", "/admin/v1/access", 201) in told
    mongo = roaming.hub.foundation.mongo
    for name in ("access_tokens", "operator_acts"):
        assert token not in str([each async for each in mongo.collection(name).find({})])


async def test_a_token_is_in_no_log_line(roaming: Roaming, capsys: pytest.CaptureFixture[str]) -> None:
    """A-11."""
    token = await given(roaming)
    await read(roaming, f"Bearer {token}")
    written = capsys.readouterr()
    assert "bills read by token" in written.out
    assert token not in written.out + written.err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"party": "FR*XYZ"}, "not connected"),
        ({"expires": "2025-12-31"}, "is over"),
        ({"modules": ["tokens"]}, "cdrs, sessions"),
        ({"modules": []}, "/modules"),
        ({"expires": "soon"}, "/expires"),
        ({"name": "no spaces"}, "/name"),
    ],
)
async def test_a_token_that_makes_no_sense_is_not_given(
    roaming: Roaming, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(AdminRefused, match=told):
        await given(roaming, **change)


async def test_a_name_is_given_once(roaming: Roaming) -> None:
    await given(roaming, name="bureau")
    with pytest.raises(AdminRefused, match="already"):
        await given(roaming, name="bureau")
    with pytest.raises(AdminRefused, match="no access token"):
        await asyncio.to_thread(roaming.hub.admin.delete, "/access/other")
