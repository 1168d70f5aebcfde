"""A partner with one thing the matter with it at a time, and what the operator is told."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas import codec
from schemas.base import OcpiModel
from simulators import dialect
from simulators.partner import Quirks, Reply, Request, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.ocpi.registration.handshakes import connection, known, register
from tests.platforms import CPO, EMSP, Running, connect, invited, operate, running_emsp

Finding = dict[str, Any]
Script = Callable[[Request], Awaitable[Reply]]


@pytest.fixture
async def issuer(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_emsp(mongo, clock, tmp_path) as service:
        yield service


@pytest.fixture
async def cpo(clock: ManualClock) -> AsyncIterator[SimulatedPartner]:
    async with SimulatedPartner(("CPO", CPO)) as partner:
        healthy(partner, clock)
        yield partner


def healthy(partner: SimulatedPartner, clock: ManualClock, ahead: timedelta = timedelta(0)) -> None:
    """Its clock is the one of the test, and it has something to show."""
    partner.publishes("locations", [wire(build.location(id=f"L{n}")) for n in range(3)])
    partner.answer("GET", "versions", Side.SENDER, _dated(partner.usual("versions"), clock, ahead))


def wire(model: OcpiModel) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(codec.dump(model))
    return told


def _dated(usual: Script, clock: ManualClock, ahead: timedelta) -> Script:
    async def answer(arrived: Request) -> Reply:
        reply = await usual(arrived)
        return replace(reply, headers={"Date": format_datetime(clock.now() + ahead, usegmt=True)})

    return answer


async def examined(platform: Running, name: str = "the-cpo") -> list[Finding]:
    told = await asyncio.to_thread(platform.admin.get, f"/partners/{name}/doctor")
    assert told["name"] == name
    found: list[Finding] = told["findings"]
    return found


def those(found: list[Finding], colour: str) -> list[tuple[str, str]]:
    return [(each["check"], each["text"]) for each in found if each["colour"] == colour]


def the(found: list[Finding], colour: str, check: str) -> Finding:
    """The one finding of a check in a colour. Whatever is not green says what follows from it."""
    (one,) = [each for each in found if (each["colour"], each["check"]) == (colour, check)]
    assert one["means"] or colour == "green"
    return one


def replied(partner: SimulatedPartner, method: str, module: str, **changes: Any) -> None:
    """The usual answer, changed."""
    usual = partner.usual(module)

    async def answer(arrived: Request) -> Reply:
        return replace(await usual(arrived), **changes)

    partner.answer(method, module, Side.SENDER, answer)


async def test_nothing_is_the_matter_with_a_partner_as_it_should_be(
    issuer: Running, cpo: SimulatedPartner
) -> None:
    await register(issuer, cpo)
    before = known(issuer)
    cpo.handshakes.clear()
    found = await examined(issuer)

    assert those(found, "red") == []
    assert [check for check, _ in those(found, "yellow")] == ["tls"]
    checks = dict.fromkeys(each["check"] for each in found)
    expected = ["dns", "tcp", "tls", "clock", "token", "versions", "open door", "endpoints", "credentials"]
    assert list(checks) == [*expected, "list"]
    assert ("endpoints", "cdrs SENDER (we need it)") in those(found, "green")
    assert ("list", "locations SENDER is answered with 1 of 3") in those(found, "green")
    assert {each.method for each in (*cpo.handshakes, *cpo.received)} == {"GET"}
    await issuer.foundation.directory.refresh()
    assert before is not None
    assert before.revision == (known(issuer) or before).revision


@pytest.mark.parametrize("version", ["2.2.1", "2.1.1"])
async def test_nor_with_one_of_an_older_version(issuer: Running, clock: ManualClock, version: str) -> None:
    """2.1.1 has no message ids to echo, and no roles of endpoints to tell."""
    async with SimulatedPartner(("CPO", CPO), versions=[version]) as partner:
        healthy(partner, clock)
        await register(issuer, partner)
        found = await examined(issuer)
    assert those(found, "red") == []
    assert [check for check, _ in those(found, "yellow")] == ["tls"]


async def test_who_never_registered_cannot_be_examined(issuer: Running) -> None:
    await invited(issuer, "the-cpo", "CPO")
    with pytest.raises(AdminRefused, match="nothing is known of where it is"):
        await examined(issuer)
    with pytest.raises(AdminRefused, match="no partner named"):
        await examined(issuer, "nobody")


async def test_a_machine_that_is_off_is_told_from_a_program_that_is(
    issuer: Running, clock: ManualClock
) -> None:
    async with SimulatedPartner(("CPO", CPO)) as partner:
        healthy(partner, clock)
        await register(issuer, partner)
        partner.is_online = False
        found = await examined(issuer)
        assert [check for check, _ in those(found, "green")] == ["dns", "tcp"]
        assert "cannot be reached" in the(found, "red", "versions")["text"]
    found = await examined(issuer)
    assert [check for check, _ in those(found, "red")] == ["tcp"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://no-such-name.invalid/versions", "has no address"),
        ("http://169.254.169.254/versions", "is refused: the address is not public"),
        ("http://127.0.0.1:27017/versions", "is refused: port 27017 is not the web's"),
    ],
)
async def test_a_name_that_leads_nowhere_or_where_nobody_may_go(
    issuer: Running, cpo: SimulatedPartner, url: str, said: str
) -> None:
    """F-31: nothing is sent there."""
    await register(issuer, cpo)
    cpo.handshakes.clear()
    partners = issuer.foundation.mongo.collection("partners")
    await partners.update_one({}, {"$set": {"connection.versions_url": url}})
    await issuer.foundation.directory.refresh()
    found = await examined(issuer)
    assert said in the(found, "red", "dns")["text"]
    assert cpo.handshakes == []


async def test_a_token_that_nobody_knows(issuer: Running, cpo: SimulatedPartner) -> None:
    await register(issuer, cpo)
    cpo.answer("GET", "versions", Side.SENDER, lambda _: Reply(http=401, status_code=2001))
    told = the(await examined(issuer), "red", "token")
    assert "HTTP 401, status 2001" in told["text"]
    assert "leave, and register anew" in told["helps"]


async def test_a_token_that_is_known_in_another_spelling(
    issuer: Running, cpo: SimulatedPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quirk that helps is named, with the command that sets it; then it is well again."""
    await register(issuer, cpo)
    monkeypatch.setattr(dialect, "tokens_in", lambda header, _: {header.removeprefix("Token ")})
    told = the(await examined(issuer), "red", "token")
    assert told["helps"] == "passerelle partners quirks the-cpo --set raw_token"
    await operate(issuer, "/partners/the-cpo/quirks", {"set": ["raw_token"]})
    assert those(await examined(issuer), "red") == []


async def test_a_partner_that_went_back_to_the_former_token(issuer: Running, cpo: SimulatedPartner) -> None:
    await register(issuer, cpo)
    told = cpo.credentials(CredentialsToken.generate())
    cpo.answer("PUT", "credentials", Side.SENDER, lambda _: Reply(told))
    await operate(issuer, "/partners/the-cpo/rotate", {})
    assert "the one of before is" in the(await examined(issuer), "red", "token")["text"]


@pytest.mark.parametrize(
    ("ahead", "colour"),
    [
        (timedelta(seconds=30), "green"),
        (timedelta(seconds=31), "yellow"),
        (timedelta(minutes=-5), "yellow"),
        (timedelta(minutes=6), "red"),
    ],
)
async def test_a_clock_that_is_wrong(
    issuer: Running, cpo: SimulatedPartner, clock: ManualClock, ahead: timedelta, colour: str
) -> None:
    await register(issuer, cpo)
    healthy(cpo, clock, ahead)
    found = await examined(issuer)
    assert [each["colour"] for each in found if each["check"] == "clock"] == [colour]


async def test_a_version_that_is_gone_and_one_that_is_new(
    issuer: Running, cpo: SimulatedPartner, clock: ManualClock
) -> None:
    await register(issuer, cpo)
    replied(cpo, "GET", "versions", data=[{"version": "2.2.1", "url": f"{cpo.base}/2.2.1"}])
    told = the(await examined(issuer), "red", "versions")
    assert told["text"] == "offers 2.2.1, not 2.3.0"
    assert told["helps"] == "passerelle partners switch-version the-cpo 2.2.1"

    async with SimulatedPartner(("CPO", CPO), versions=["2.2.1", "2.3.0"]) as other:
        await operate(issuer, "/partners/the-cpo/suspend", {})
        await asyncio.to_thread(issuer.admin.delete, "/partners/the-cpo")
        healthy(other, clock)
        await register(issuer, other, version="2.2.1")
        told = the(await examined(issuer), "yellow", "versions")
    assert told["helps"] == "passerelle partners switch-version the-cpo 2.3.0"


@pytest.mark.parametrize("data", [None, {"version": "2.3.0"}, [5], "2.3.0"])
async def test_versions_that_cannot_be_read(issuer: Running, cpo: SimulatedPartner, data: Any) -> None:
    await register(issuer, cpo)
    replied(cpo, "GET", "versions", data=data)
    assert "cannot be read" in the(await examined(issuer), "red", "versions")["text"]


async def test_a_module_that_we_need_and_that_is_missing(issuer: Running, cpo: SimulatedPartner) -> None:
    """C-017. What is other than in the handshake is told as well."""
    await register(issuer, cpo)
    cpo.endpoints_offered = [each for each in cpo.offered() if each["identifier"] != "cdrs"]
    found = await examined(issuer)
    assert the(found, "red", "endpoints")["text"] == "cdrs SENDER is missing"
    told = the(found, "yellow", "endpoints")
    assert "cdrs RECEIVER, cdrs SENDER" in told["text"]
    assert "rotate the-cpo" in told["helps"]


@pytest.mark.parametrize("details", [Reply(http=500), Reply({"version": "2.3.0"}), Reply(raw=b"<html>")])
async def test_details_that_cannot_be_read(issuer: Running, cpo: SimulatedPartner, details: Reply) -> None:
    await register(issuer, cpo)
    cpo.answer("GET", "details", Side.SENDER, lambda _: details)
    assert "details" in the(await examined(issuer), "red", "endpoints")["text"]


def wrapped(cpo: SimulatedPartner, token: str) -> Any:
    return {**cpo.credentials(CredentialsToken("x")), "token": token}


async def test_credentials_that_say_something_else_than_before(
    issuer: Running, cpo: SimulatedPartner
) -> None:
    """C-023, and what an exchange of credentials would stumble over."""
    await register(issuer, cpo)
    token = connection(issuer).token.reveal()
    (role,) = cpo.credentials(CredentialsToken("x"))["roles"]
    for changes, colour, said in (
        ({"token": base64.b64encode(token.encode()).decode()}, "yellow", "token as Base64"),
        ({"token": "another"}, "yellow", "another token"),
        ({"url": "https://new.example/versions"}, "yellow", "another versions URL"),
        ({"roles": [{**role, "party_id": "NEW"}]}, "yellow", "were for CPO FR*CPO"),
        ({"roles": [{**role, "role": "EMSP"}]}, "red", "EMSP was not allowed"),
        ({"roles": []}, "red", "/roles"),
    ):
        replied(cpo, "GET", "credentials", data={**wrapped(cpo, token), **changes})
        assert said in the(await examined(issuer), colour, "credentials")["text"]
    replied(cpo, "GET", "credentials", http=405)
    assert "HTTP 405" in the(await examined(issuer), "yellow", "credentials")["text"]


async def test_a_door_that_is_open_to_everybody(
    issuer: Running, cpo: SimulatedPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C-004."""
    await register(issuer, cpo)
    token = connection(issuer).token.reveal()
    monkeypatch.setattr(dialect, "tokens_in", lambda *_: {token})
    assert "without a token" in the(await examined(issuer), "yellow", "open door")["text"]


def listed(changes: dict[str, str] | None = None, *, members: int = 1, **more: Any) -> Reply:
    headers = {
        "X-Total-Count": "3",
        "X-Limit": "50",
        "Link": '</sender/locations?limit=1&offset=1>; rel="next"',
    }
    return Reply([{"id": f"L{n}"} for n in range(members)], headers={**headers, **(changes or {})}, **more)


@pytest.mark.parametrize(
    ("reply", "colour", "check", "said", "helps"),
    [
        (listed({"X-Total-Count": ""}), "yellow", "paging", "X-Total-Count", None),
        (listed({"X-Total-Count": "many"}), "yellow", "paging", "X-Total-Count", None),
        (listed(members=3), "yellow", "paging", "3 for a limit of 1", None),
        (listed({"Link": ""}), "red", "paging", "no Link leads on from the first 1", "pages_by_offset"),
        (
            listed({"Link": '<https://evil.example/>; rel="next"'}),
            "red",
            "paging",
            "leads away",
            "inner_links",
        ),
        (listed({"Link": '</x?offset=1>; rel="next"'}), "yellow", "paging", "without our limit", None),
        (Reply(http=301, headers={"Location": "/x/"}), "red", "list", "HTTP 301", "trailing_slash"),
        (Reply(http=404, status_code=2001), "red", "list", "HTTP 404, status 2001", None),
        (Reply(status_code=3000), "red", "list", "HTTP 200, status 3000", None),
        (Reply(raw=b"<html>"), "red", "list", "no OCPI envelope", None),
        (Reply(), "green", "list", "locations SENDER is answered with 0", None),
        (Reply({"id": "L1"}), "red", "list", "is no list but dict", None),
        (
            Reply(raw=b'{"status_code": 1000, "data": [1e99999999999999999999]}'),
            "red",
            "list",
            "cannot be read",
            None,
        ),
    ],
)
async def test_a_list_that_cannot_be_read_to_its_end(
    issuer: Running,
    cpo: SimulatedPartner,
    reply: Reply,
    colour: str,
    check: str,
    said: str,
    helps: str | None,
) -> None:
    """C-025 to C-028."""
    await register(issuer, cpo)
    cpo.answer("GET", "locations", Side.SENDER, lambda _: reply)
    told = the(await examined(issuer), colour, check)
    assert said in told["text"]
    assert (helps or "") in (told["helps"] or "")


async def test_a_list_is_asked_for_by_our_party_and_of_theirs(issuer: Running, cpo: SimulatedPartner) -> None:
    await register(issuer, cpo)
    await examined(issuer)
    (asked,) = cpo.received
    assert (asked.module, asked.query) == ("locations", {"offset": "0", "limit": "1"})
    assert (asked.routing.to, asked.routing.sender) == (CPO, EMSP)


async def test_answers_without_our_ids_and_dates_are_put_up_with(issuer: Running, clock: ManualClock) -> None:
    """C-041."""
    async with SimulatedPartner(("CPO", CPO), quirks=Quirks(no_ids=True)) as partner:
        healthy(partner, clock)
        await register(issuer, partner)
        await clock.leap(minutes=6)
        healthy(partner, clock)
        found = those(await examined(issuer), "yellow")
    assert ("message ids", "versions does not echo X-Request-ID and X-Correlation-ID") in found
    assert ("clock", "versions is dated 360 s from now") in found


async def test_a_partner_that_is_suspended_is_examined_and_said_to_be(
    issuer: Running, cpo: SimulatedPartner
) -> None:
    await register(issuer, cpo)
    await operate(issuer, "/partners/the-cpo/suspend", {})
    assert the(await examined(issuer), "yellow", "state")["text"] == "is SUSPENDED"


async def test_a_hub_examines_its_partners_too(
    hub: Running, clock: ManualClock, emsp: SimulatedPartner
) -> None:
    """An issuer has tokens to ask for."""
    healthy(emsp, clock)
    emsp.publishes("tokens", [wire(build.token())])
    await connect(hub, emsp, "the-emsp", "EMSP")
    found = await examined(hub, "the-emsp")
    assert those(found, "red") == []
    assert ("list", "tokens SENDER is answered with 1 of 1") in those(found, "green")
