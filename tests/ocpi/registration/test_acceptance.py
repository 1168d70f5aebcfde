"""A platform that was invited comes to register, renew and leave. C-001 … C-023 as 2.3.0 has them."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Heard, Reply, Request, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.platforms import CPO, EMSP, HUB, Running, connect, invited, operate


async def locations(partner: SimulatedPartner, token: CredentialsToken | None = None) -> Heard:
    """Any functional request; it says nothing but who is let in."""
    shown = token or partner.their_token
    assert shown is not None
    return await partner.send(
        "GET", partner.endpoints["tariffs", "RECEIVER"], shown, routing=Routing(to=HUB, sender=CPO)
    )


def role(**changes: Any) -> dict[str, Any]:
    default = {
        "role": "CPO",
        "country_code": "FR",
        "party_id": "CPO",
        "business_details": {"name": "A CPO"},
    }
    return {**default, **changes}


def endpoint(module: str, url: str = "http://127.0.0.1:1/x") -> dict[str, str]:
    return {"identifier": module, "role": "SENDER", "url": url}


async def offered(hub: Running, partner: SimulatedPartner, **changes: Any) -> Heard:
    """Credentials with something changed, under a fresh invitation as CPO."""
    token = await invited(hub, "the-cpo", "CPO")
    await partner.discover(hub.versions_url, token)
    return await partner.offer("POST", token, {**partner.credentials(partner.invite()), **changes})


async def test_versions_and_details_lead_to_every_endpoint(hub: Running, cpo: SimulatedPartner) -> None:
    """C-001, C-002."""
    token = await invited(hub, "the-cpo", "CPO")
    versions = (await cpo.send("GET", hub.versions_url, token)).data
    assert [each["version"] for each in versions] == ["2.3.0", "2.2.1"]
    details = (await cpo.send("GET", versions[0]["url"], token)).data

    assert details["version"] == "2.3.0"
    assert all(set(each) == {"identifier", "role", "url"} for each in details["endpoints"])
    assert all(each["url"].startswith(hub.url) for each in details["endpoints"])
    assert Counter(each["identifier"] for each in details["endpoints"])["credentials"] == 1


@pytest.mark.parametrize("authorization", [None, "", "Token", "Token QUFB", "Bearer abc", "Basic YTpi"])
@pytest.mark.parametrize("path", ["versions", "2.3.0", "2.3.0/credentials", "2.3.0/sender/locations"])
async def test_nothing_is_told_without_a_good_token(
    hub: Running, cpo: SimulatedPartner, path: str, authorization: str | None
) -> None:
    """C-004, C-005, A-1: one and the same 401, whatever was wrong."""
    heard = await cpo.plain("GET", f"{hub.url}/ocpi/{path}", authorization)
    assert (heard.http, heard.status) == (401, 2000)
    assert heard.headers["WWW-Authenticate"] == "Token"
    assert heard.envelope["status_message"] == (
        "an Authorization header with a valid credentials token is needed"
    )


async def test_an_invitation_opens_the_handshake_and_nothing_else(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """C-008, A-4."""
    token = await invited(hub, "the-cpo", "CPO")
    await cpo.discover(hub.versions_url, token)
    shown = await cpo.send("GET", cpo.endpoints["credentials", "SENDER"], token)
    assert (shown.http, shown.data["token"]) == (200, token.reveal())
    assert (await locations(cpo, token)).http == 401


async def test_the_endpoints_are_read_with_token_b_before_the_answer(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """C-009."""
    token = await invited(hub, "the-cpo", "CPO")
    await cpo.discover(hub.versions_url, token)
    token_b = cpo.invite()
    heard = await cpo.offer("POST", token, cpo.credentials(token_b))

    assert (heard.http, heard.status) == (201, 1000)
    assert [(each.module, each.token) for each in cpo.handshakes] == [
        ("versions", token_b.reveal()),
        ("details", token_b.reveal()),
    ]


async def test_after_the_handshake_the_new_token_opens_and_the_invitation_is_dead(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """C-010."""
    token = await invited(hub, "the-cpo", "CPO")
    await cpo.register(hub.versions_url, token)
    assert (await locations(cpo)).http != 401
    assert (await locations(cpo, token)).http == 401
    assert (await cpo.send("GET", hub.versions_url, token)).http == 401


async def test_our_credentials_name_the_hub_and_whoever_is_behind_it(
    hub: Running, cpo: SimulatedPartner, emsp: SimulatedPartner
) -> None:
    """C-020, C-021, C-023. Nobody is told that it can reach itself through the hub."""
    await connect(hub, cpo, "the-cpo", "CPO")
    await connect(hub, emsp, "the-emsp", "EMSP")
    assert emsp.their_token is not None
    ours = (await emsp.send("GET", emsp.endpoints["credentials", "SENDER"], emsp.their_token)).data

    assert ours["hub_party_id"] == "FRHUB"
    assert ours["token"] == emsp.their_token.reveal()
    assert ours["url"] == hub.versions_url
    roles = [(each["role"], each["country_code"], each["party_id"]) for each in ours["roles"]]
    assert sorted(roles) == [("CPO", "FR", "CPO"), ("OTHER", "FR", "HUB")]


async def test_who_is_registered_cannot_register_again(hub: Running, cpo: SimulatedPartner) -> None:
    """C-012, A-6, whatever the body says."""
    await connect(hub, cpo, "the-cpo", "CPO")
    assert cpo.their_token is not None
    for body in (cpo.credentials(cpo.invite()), {}):
        heard = await cpo.offer("POST", cpo.their_token, body)
        assert (heard.http, heard.headers["Allow"]) == (405, "DELETE, GET, PUT")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_who_is_not_registered_has_nothing_to_renew_or_delete(
    hub: Running, cpo: SimulatedPartner, method: str
) -> None:
    """C-013, A-6, whatever the body says."""
    token = await invited(hub, "the-cpo", "CPO")
    await cpo.discover(hub.versions_url, token)
    assert (await cpo.offer(method, token, {})).http == 405
    assert (await cpo.register(hub.versions_url, token)).http == 201


async def test_renewing_gives_a_new_token_and_reads_the_endpoints_anew(
    hub: Running, cpo: SimulatedPartner, clock: ManualClock
) -> None:
    """C-014, A-7: what was shown before opens for five minutes more, for whoever missed the answer."""
    await connect(hub, cpo, "the-cpo", "CPO")
    old = cpo.their_token
    assert old is not None
    cpo.handshakes.clear()
    heard = await cpo.renew()

    assert (heard.http, heard.status) == (200, 1000)
    assert cpo.their_token != old
    assert [each.module for each in cpo.handshakes[:2]] == ["versions", "details"]
    assert (await locations(cpo, old)).http != 401
    await clock.leap(minutes=5)
    assert (await locations(cpo, old)).http == 401
    assert (await locations(cpo)).http != 401


async def test_the_first_use_of_the_new_token_ends_the_old_one(hub: Running, cpo: SimulatedPartner) -> None:
    """A-7. Reading versions is no use: in the middle of a handshake a token is only tried."""
    await connect(hub, cpo, "the-cpo", "CPO")
    old = cpo.their_token
    await cpo.renew()
    assert cpo.their_token is not None
    assert (await cpo.send("GET", hub.versions_url, cpo.their_token)).http == 200
    assert (await locations(cpo, old)).http != 401
    assert (await locations(cpo)).http != 401
    assert (await locations(cpo, old)).http == 401


async def test_after_delete_the_token_opens_nothing(hub: Running, cpo: SimulatedPartner) -> None:
    """C-018."""
    await connect(hub, cpo, "the-cpo", "CPO")
    assert (await cpo.withdraw()).status == 1000
    assert (await locations(cpo)).http == 401
    assert (await cpo.send("GET", hub.versions_url, cpo.their_token or cpo.invite())).http == 401


async def test_a_platform_that_cannot_be_called_back_stays_unregistered(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """C-016: 3001, and the invitation can be used again."""
    token = await invited(hub, "the-cpo", "CPO")
    await cpo.discover(hub.versions_url, token)
    dead = {**cpo.credentials(cpo.invite()), "url": "http://127.0.0.1:9/versions"}
    assert (await cpo.offer("POST", token, dead)).status == 3001
    assert (await cpo.register(hub.versions_url, token)).http == 201


@pytest.mark.parametrize(
    ("module", "reply", "status"),
    [
        ("versions", Reply(http=500, raw=b"oops"), 3001),
        ("versions", Reply({"version": "2.3.0"}), 3001),
        ("versions", Reply([{"version": "2.3.0"}]), 3001),
        ("versions", Reply([{"version": "2.3.0", "url": "file:///etc/passwd"}]), 3001),
        ("versions", Reply([{"version": "2.3.0", "url": "http://[bad"}]), 3001),
        ("versions", Reply(raw=b'{"status_code": 1000, "data": ' + b"[" * 5000), 3001),
        ("versions", Reply(raw=b'{"status_code": 1000, "data": [{"version": "\xff"}]}'), 3001),
        ("versions", Reply(raw=b'{"status_code": 1000, "data": 1e99999999999999999999}'), 3001),
        ("versions", Reply([]), 3002),
        ("versions", Reply([{"version": "2.2.1", "url": "http://127.0.0.1:1/x"}]), 3002),
        ("details", Reply({"version": "2.3.0", "endpoints": []}), 3001),
        ("details", Reply({"version": "2.3.0", "endpoints": [{"identifier": "cdrs"}]}), 3001),
    ],
)
async def test_versions_that_cannot_be_read_are_told_with_their_status(
    hub: Running, cpo: SimulatedPartner, module: str, reply: Reply, status: int
) -> None:
    """C-016, F-36."""
    cpo.answer("GET", module, Side.SENDER, lambda _: reply)
    token = await invited(hub, "the-cpo", "CPO")
    assert (await cpo.register(hub.versions_url, token)).status == status


@pytest.mark.parametrize(
    ("endpoints", "status"),
    [
        ([endpoint("cdrs")], 3003),
        ([endpoint("credentials", "http://user:pw@127.0.0.1:1/c")], 3001),
        ([endpoint("credentials", "unix:/run/x")], 3001),
        ([endpoint("credentials"), endpoint("credentials", "http://127.0.0.1:1/other")], 3001),
        ([endpoint("credentials"), *(endpoint(f"x{n}") for n in range(200))], 3001),
    ],
)
async def test_endpoints_that_cannot_be_used_are_refused(
    hub: Running, cpo: SimulatedPartner, endpoints: list[dict[str, str]], status: int
) -> None:
    """C-017, F-36."""
    cpo.endpoints_offered = endpoints
    token = await invited(hub, "the-cpo", "CPO")
    assert (await cpo.register(hub.versions_url, token)).status == status


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"token": ""}, "/token"),
        ({"token": "with blank"}, "/token"),
        ({"token": "x" * 65}, "/token"),
        ({"token": 5}, "/token"),
        ({"url": "ftp://x/"}, "/url"),
        ({"url": "https://user:secret@x.example/"}, "/url"),
        ({"url": None}, "/url"),
        ({"roles": []}, "/roles"),
        ({"roles": None}, "/roles"),
        ({"roles": "CPO"}, "/roles"),
        ({"roles": [role(party_id="C|O")]}, "/roles/0/party_id"),
        ({"roles": [role(country_code="F")]}, "/roles/0/party_id"),
        ({"roles": [role(), role(party_id="cpo")]}, "/roles/1"),
        ({"roles": [role(), role(role="EMSP")]}, "/roles/1/role"),
        ({"roles": [role(party_id="HUB")]}, "/roles/0/party_id"),
        ({"roles": [{"role": "CPO"}]}, "/roles/0/business_details"),
        ({"hub_party_id": "FRABC"}, "/hub_party_id"),
        ({"hub_party_id": "F"}, "/hub_party_id"),
    ],
)
async def test_credentials_are_judged_with_the_pointer_of_what_is_wrong(
    hub: Running, cpo: SimulatedPartner, changes: dict[str, Any], pointer: str
) -> None:
    """C-021, S-28: HTTP 200 with 2001, and nothing is registered. The far side is not even called."""
    heard = await offered(hub, cpo, **changes)
    assert (heard.http, heard.status) == (200, 2001)
    assert f"{pointer}:" in heard.envelope["status_message"]
    assert "secret" not in heard.envelope["status_message"]
    assert cpo.handshakes == []


async def test_unknown_fields_and_lower_case_parties_are_welcome(hub: Running, cpo: SimulatedPartner) -> None:
    """C-022, S-23."""
    heard = await offered(hub, cpo, roles=[role(party_id="cpo", country_code="fr", odd=1)], more={"x": []})
    assert heard.http == 201
    assert hub.foundation.directory.partner("the-cpo") is not None
    assert hub.foundation.directory.route_to(CPO, "CPO").name == "the-cpo"


async def test_an_invitation_can_name_the_parties_that_may_be_claimed(
    hub: Running, cpo: SimulatedPartner
) -> None:
    told = await operate(
        hub, "/partners/invitations", {"name": "the-cpo", "roles": ["CPO"], "parties": ["FR*XYZ"]}
    )
    heard = await cpo.register(hub.versions_url, CredentialsToken(told["token"]))
    assert (heard.status, heard.envelope["status_message"][:19]) == (2001, "/roles/0/party_id: ")


async def test_a_party_belongs_to_one_platform(hub: Running, cpo: SimulatedPartner) -> None:
    """S-29; once it has left, another may come."""
    await connect(hub, cpo, "the-cpo", "CPO")
    async with SimulatedPartner(("CPO", CPO)) as twin:
        token = await invited(hub, "the-twin", "CPO")
        refused = await twin.register(hub.versions_url, token)
        assert (refused.http, refused.status) == (200, 2001)
        await cpo.withdraw()
        assert (await twin.register(hub.versions_url, token)).http == 201


async def test_a_renewal_may_not_drop_all_that_was_allowed(hub: Running, cpo: SimulatedPartner) -> None:
    """What was before stays."""
    await connect(hub, cpo, "the-cpo", "CPO")
    cpo.roles = (("EMSP", EMSP),)
    assert (await cpo.renew()).status == 2001
    assert (await locations(cpo)).http != 401


async def test_of_twenty_who_use_an_invitation_at_once_one_is_registered(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """A-5. The winner's token is the one that opens."""
    token = await invited(hub, "the-cpo", "CPO")
    await cpo.discover(hub.versions_url, token)
    offers = [cpo.offer("POST", token, cpo.credentials(cpo.invite())) for _ in range(20)]
    heard = await asyncio.gather(*offers)

    assert Counter(each.http for each in heard) == {201: 1, 405: 19}
    (won,) = (each.data["token"] for each in heard if each.http == 201)
    assert (await locations(cpo, CredentialsToken(won))).http != 401


async def test_a_suspension_during_a_renewal_stands(hub: Running, cpo: SimulatedPartner) -> None:
    """The handshake may not bring back whom the operator has just sent away."""
    await connect(hub, cpo, "the-cpo", "CPO")

    async def suspend_meanwhile(_: Request) -> Reply:
        await operate(hub, "/partners/the-cpo/suspend", {})
        return Reply([{"version": "2.3.0", "url": f"{cpo.base}/2.3.0"}])

    cpo.answer("GET", "versions", Side.SENDER, suspend_meanwhile)
    assert (await cpo.renew()).status == 2001
    assert (await locations(cpo)).http == 401


async def test_an_expired_invitation_is_dead(hub: Running, cpo: SimulatedPartner, clock: ManualClock) -> None:
    """A-5."""
    told = await operate(hub, "/partners/invitations", {"name": "the-cpo", "roles": ["CPO"], "lifetime_s": 1})
    token = CredentialsToken(told["token"])
    await cpo.discover(hub.versions_url, token)
    await clock.advance(seconds=1)
    assert (await cpo.offer("POST", token, cpo.credentials(cpo.invite()))).http == 401


async def test_an_invitation_that_is_taken_back_is_dead_also_for_who_is_using_it(
    hub: Running, cpo: SimulatedPartner
) -> None:
    token = await invited(hub, "the-cpo", "CPO")

    async def revoke_meanwhile(arrived: Request) -> Reply:
        await asyncio.to_thread(hub.admin.delete, "/partners/the-cpo/invitation")
        return await cpo.usual("versions")(arrived)

    cpo.answer("GET", "versions", Side.SENDER, revoke_meanwhile)
    assert (await cpo.register(hub.versions_url, token)).http == 405
    assert (await cpo.send("GET", hub.versions_url, token)).http == 401
    assert hub.foundation.directory.partner("the-cpo") is None


async def test_handshake_answers_carry_no_routing_headers(hub: Running, cpo: SimulatedPartner) -> None:
    """C-060, also where somebody sends some, well-formed or not."""
    token = await invited(hub, "the-cpo", "CPO")
    heard = await cpo.send("GET", hub.versions_url, token, routing=Routing(to=HUB, sender=CPO))
    assert heard.http == 200
    assert not any(name.lower().startswith("ocpi-") for name in heard.headers)


async def test_the_database_holds_no_token(hub: Running, cpo: SimulatedPartner) -> None:
    """A-10: neither the one that they show, nor the one that we show."""
    await connect(hub, cpo, "the-cpo", "CPO")
    partner = hub.foundation.directory.partner("the-cpo")
    assert partner is not None
    assert partner.connection is not None
    assert cpo.their_token is not None
    stored = str([document async for document in hub.foundation.mongo.collection("partners").find({})])
    assert cpo.their_token.reveal() not in stored
    assert partner.connection.token.reveal() not in stored


async def test_another_party_than_ours_in_another_role_is_no_conflict(hub: Running) -> None:
    """C-021: a company may be a CPO and an eMSP, also on two platforms."""
    async with SimulatedPartner(("CPO", CPO)) as one, SimulatedPartner(("EMSP", CPO)) as other:
        await connect(hub, one, "one", "CPO")
        await connect(hub, other, "other", "EMSP")
    assert hub.foundation.directory.route_to(PartyId("FR", "CPO"), "EMSP").name == "other"
