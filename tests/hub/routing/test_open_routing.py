"""Requests that name no receiver: the hub finds out. C-056, C-058."""

import asyncio
from typing import Any

import pytest

from hub.routing import open_routing
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Reply, Request, SimulatedPartner
from tests import build
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, HUB, agree, connect
from tests.roaming import Roaming

SENDER = Side.SENDER
SECOND = PartyId("BE", "MSP")  # sorts before NL*MSP
UNKNOWN = Reply(http=404, status_code=2004)


async def tell_token(partner: SimulatedPartner, owner: PartyId, uid: str = "04AA", **changes: Any) -> None:
    """An issuer tells the hub of its card."""
    named = {"country_code": owner.country_code, "party_id": owner.party_id}
    token = build.token(**named, uid=uid, **changes)
    heard = await partner.call(
        "PUT", "tokens", Side.RECEIVER, owner.country_code, owner.party_id, uid,
        routing=Routing(to=HUB, sender=owner), body=token.to_wire(), query={"type": str(token.type)},
    )  # fmt: skip
    assert heard.status == 1000


async def test_an_authorization_goes_to_the_issuer_of_the_card(roaming: Roaming) -> None:
    """The driver's moment: no TO, and the right eMSP answers."""
    await tell_token(roaming.emsp, EMSP)
    roaming.emsp.answer("POST", "tokens", SENDER, lambda _: Reply({"allowed": "ALLOWED"}))
    heard = await roaming.authorize("04aa")

    assert (heard.http, heard.status, heard.data) == (200, 1000, {"allowed": "ALLOWED"})
    (asked,) = roaming.emsp.heard("tokens", "POST")
    assert asked.routing == Routing(to=EMSP, sender=CPO)
    assert asked.path == "04aa/authorize"
    assert Routing.read(heard.headers) == Routing(to=CPO, sender=EMSP)


async def test_a_card_that_nobody_claims_is_unknown(roaming: Roaming) -> None:
    """HTTP 404 and 2004."""
    heard = await roaming.authorize("04FF")
    assert (heard.http, heard.status) == (404, 2004)
    assert roaming.emsp.heard("tokens", "POST") == []


async def test_the_type_is_part_of_the_card(roaming: Roaming) -> None:
    await tell_token(roaming.emsp, EMSP, type="APP_USER")
    assert (await roaming.authorize("04AA")).status == 2004
    assert (await roaming.authorize("04AA", query={"type": "APP_USER"})).status == 1000


async def test_an_issuer_without_an_agreement_is_not_asked(roaming: Roaming) -> None:
    async with SimulatedPartner(("EMSP", SECOND)) as second:
        await connect(roaming.hub, second, "second", "EMSP")
        await tell_token(second, SECOND)
        assert (await roaming.authorize("04AA")).status == 2004
        assert second.heard("tokens", "POST") == []


async def test_of_several_issuers_the_one_that_knows_the_card_answers(roaming: Roaming) -> None:
    """Short uids are not unique: each is asked, until one knows it."""
    async with SimulatedPartner(("EMSP", SECOND)) as second:
        await connect(roaming.hub, second, "second", "EMSP")
        await agree(roaming.hub, emsp=SECOND)
        await tell_token(second, SECOND)
        await tell_token(roaming.emsp, EMSP)

        second.answer("POST", "tokens", SENDER, lambda _: UNKNOWN)
        roaming.emsp.answer("POST", "tokens", SENDER, lambda _: Reply({"allowed": "BLOCKED"}))
        assert (await roaming.authorize("04AA")).data == {"allowed": "BLOCKED"}

        second.is_online = False
        assert (await roaming.authorize("04AA")).data == {"allowed": "BLOCKED"}

        roaming.emsp.answer("POST", "tokens", SENDER, lambda _: UNKNOWN)
        assert (await roaming.authorize("04AA")).status == 4003
        second.is_online = True
        assert (await roaming.authorize("04AA")).status == 2004

        second.answer("POST", "tokens", SENDER, lambda _: Reply({"allowed": "ALLOWED"}))
        assert (await roaming.authorize("04AA")).data == {"allowed": "ALLOWED"}
        assert len(roaming.emsp.heard("tokens", "POST")) == 4


async def test_several_issuers_together_have_the_time_of_one(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = asyncio.Event()

    async def hang(_: Request) -> Reply:
        await never.wait()
        return Reply()

    async with SimulatedPartner(("EMSP", SECOND)) as second:
        await connect(roaming.hub, second, "second", "EMSP")
        await agree(roaming.hub, emsp=SECOND)
        for partner, owner in ((second, SECOND), (roaming.emsp, EMSP)):
            await tell_token(partner, owner)
            partner.answer("POST", "tokens", SENDER, hang)
        monkeypatch.setattr(open_routing, "AUTHORIZE_BUDGET", open_routing.AUTHORIZE_BUDGET / 20)
        async with asyncio.timeout(1):
            assert (await roaming.authorize("04AA")).status == 4002
        never.set()


async def test_sessions_and_bills_go_to_the_issuer_of_their_token(roaming: Roaming) -> None:
    """C-058."""
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=None)
    await roaming.push("cdrs", body=build.cdr(), to=None, method="POST")
    await eventually(lambda: len(roaming.emsp.received) == 2)
    assert [each.routing for each in roaming.emsp.received] == 2 * [Routing(to=EMSP, sender=CPO)]


async def test_a_changed_session_goes_where_the_session_went(roaming: Roaming) -> None:
    change = {"kwh": 5, "last_updated": "2026-03-01T09:00:00Z"}
    path = ("sessions", "FR", "CPO", "S1")
    unknown = await roaming.push(*path, body=change, to=None, method="PATCH")
    assert (unknown.http, unknown.status) == (404, 2001)
    await roaming.push(*path, body=build.session(), to=EMSP)
    assert (await roaming.push(*path, body=change, to=None, method="PATCH")).status == 1000
    await eventually(lambda: [each.json()["kwh"] for each in roaming.emsp.received][-1:] == [5])


@pytest.mark.parametrize(
    "token", [None, 5, {}, {"country_code": 5, "party_id": "MSP"}, {"country_code": "X", "party_id": "Y"}]
)
async def test_a_bill_without_a_usable_token_names_nobody(roaming: Roaming, token: Any) -> None:
    """2002: not enough information."""
    body = {**build.cdr().to_wire(), "cdr_token": token}
    heard = await roaming.push("cdrs", body=body, to=None, method="POST")
    assert (heard.http, heard.status) == (200, 2002)


async def test_what_is_for_all_is_broadcast(roaming: Roaming) -> None:
    await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location(), to=None)
    await eventually(lambda: len(roaming.emsp.heard("locations")) == 1)
    assert roaming.emsp.heard("locations")[0].routing == Routing(to=EMSP, sender=HUB)


async def test_what_cannot_be_told_from_the_request_is_refused_with_the_way_out(roaming: Roaming) -> None:
    """C-055, C-056, C-058, S-21."""
    for module, path, routing in (
        ("tariffs", (), Routing(sender=EMSP)),
        ("locations", ("LOC1",), Routing(to=HUB, sender=EMSP)),
    ):
        heard = await roaming.emsp.call("GET", module, SENDER, *path, routing=routing)
        assert (heard.http, heard.status) == (200, 2001)
        assert "name" in heard.envelope["status_message"]
    for method, module, rest in (
        ("GET", "locations", ["FR", "CPO", "LOC1"]),
        ("PUT", "sessions", ["FR", "CPO", "S1"]),
        ("POST", "cdrs", []),
    ):
        heard = await roaming.push(module, *rest, body=build.session(), to=HUB, method=method)
        assert (heard.http, heard.status) == (200, 2001)
    assert roaming.emsp.received == []
