"""All registrations of a partner of 2.1.1 are made, renewed and ended by one request. Reference §2.12."""

import asyncio

import pytest

from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests import build
from tests.fakes.eventually import eventually, eventually_so
from tests.hub.virtual.meeting import register, virtual
from tests.hub.virtual.several import BE, FR, OTHER, Several
from tests.platforms import CPO, EMSP, HUB, agree, connect, invited, operate

NEW = PartyId("DE", "CPO")


async def test_one_request_invites_for_each_remote_party(several: Several) -> None:
    made = await several.create()
    assert made.keys() == {FR, BE}
    assert {each["state"] for each in made.values()} == {"INVITED"}
    assert len({each["token"] for each in made.values()}) == 2
    assert made[FR]["versions_url"] == f"{several.hub.url}/ocpi/as/cpo/FR/CPO/versions"
    for registration in made.values():
        await register(several.emsp, registration)
    assert await several.states() == {FR: "REGISTERED", BE: "REGISTERED"}
    assert {each["token"] for each in (await several.shown()).values()} == {None}


async def test_the_hub_poses_as_the_remote_party_and_serves_what_that_serves(several: Several) -> None:
    made = await several.create()
    emsp, token = several.emsp, CredentialsToken(made[FR]["token"])
    versions = (await emsp.send("GET", made[FR]["versions_url"], token)).data
    assert [each["version"] for each in versions] == ["2.1.1"]
    details = (await emsp.send("GET", versions[0]["url"], token)).data
    root = f"{several.hub.url}/ocpi/as/cpo/FR/CPO/2.1.1"
    assert {each["identifier"]: each["url"].removeprefix(root) for each in details["endpoints"]} == {
        "credentials": "/credentials",
        "locations": "/sender/locations",
        "tariffs": "/sender/tariffs",
        "sessions": "/sender/sessions",
        "cdrs": "/sender/cdrs",
        "tokens": "/receiver/tokens",
        "commands": "/receiver/commands",
    }
    assert all(each.keys() == {"identifier", "url"} for each in details["endpoints"])
    heard = await emsp.register(made[FR]["versions_url"], token)
    assert {key: heard.data[key] for key in ("country_code", "party_id", "url", "business_details")} == {
        "country_code": "FR",
        "party_id": "CPO",
        "url": made[FR]["versions_url"],
        "business_details": {"name": "Simulated FR*CPO"},
    }


async def test_a_token_opens_the_addresses_of_its_own_remote_party_alone(several: Several) -> None:
    """S-21: neither those of another, nor the hub's own; and nobody else's token opens them."""
    made = await several.registered()
    emsp, url = several.emsp, f"{several.hub.url}/ocpi/as/{{}}/2.1.1/sender/locations"
    emsp.turn_to(made[FR]["versions_url"])
    fr = emsp.their_token
    assert fr is not None
    assert several.cpo.their_token is not None
    for role, http in (("cpo/FR/CPO", 200), ("cpo/BE/CPO", 401), ("emsp/FR/CPO", 401), ("cpo/XX/XXX", 401)):
        assert (await emsp.send("GET", url.format(role), fr)).http == http, role
    assert (await emsp.send("GET", several.hub.versions_url, fr)).http == 401
    stranger = await several.cpo.send("GET", made[FR]["versions_url"], several.cpo.their_token)
    assert stranger.http == 401


async def test_what_a_remote_party_pushes_comes_by_its_own_registration(several: Several) -> None:
    """With the token of that one."""
    await several.registered()
    await several.publish(several.cpo, "locations", "FR", "CPO", "LOC1", body=codec.dump(build.location()))
    theirs = codec.dump(build.location(country_code="BE"))
    await several.publish(several.other, "locations", "BE", "CPO", "LOC1", body=theirs)
    await eventually(lambda: arrived(several).keys() == {"FR/CPO/LOC1", "BE/CPO/LOC1"})
    assert len(set(arrived(several).values())) == 2


def arrived(several: Several) -> dict[str, str]:
    """By the path of a location the token that came with it; a newcomer may be told what is new twice."""
    return {each.path: each.token for each in several.emsp.heard("locations")}


async def test_what_is_pushed_to_one_remote_party_reaches_that_one_alone(several: Several) -> None:
    """C-059: and keeps its time."""
    made = await several.registered()
    several.emsp.turn_to(made[BE]["versions_url"])
    card = {
        "uid": "04AA", "type": "OTHER", "auth_id": "C1", "issuer": "Old", "valid": True,
        "whitelist": "ALWAYS", "last_updated": "2026-03-01T08:00:00Z",
    }  # fmt: skip
    heard = await several.tell("PUT", "tokens", "NL", "MSP", "04AA", body=card)
    assert (heard.http, heard.status) == (201, 1000)
    blocked = {"valid": False, "last_updated": "2026-03-01T09:00:00Z"}
    heard = await several.tell("PATCH", "tokens", "NL", "MSP", "04AA", body=blocked)
    assert (heard.http, heard.status) == (200, 1000)
    await eventually(lambda: any(not each.json()["valid"] for each in several.other.heard("tokens")))
    arrived = several.other.heard("tokens")[-1]
    assert (arrived.path, arrived.query) == ("NL/MSP/04AA", {"type": "OTHER"})
    assert arrived.json()["contract_id"] == "C1"
    assert arrived.json()["last_updated"] == "2026-03-01T09:00:00Z"
    assert several.cpo.heard("tokens") == []


async def test_the_hub_registers_with_one_token_for_each_and_trouble_stays_with_one(several: Several) -> None:
    token = several.emsp.invite().reveal()
    tokens = {FR: token, BE: "unknown-token"}
    made = await several.create(versions_url=several.emsp.versions_url, tokens=tokens)
    assert (made[FR]["state"], made[FR]["token"], made[FR]["trouble"]) == ("REGISTERED", None, None)
    assert made[BE]["state"] is None
    assert "401" in made[BE]["trouble"]
    (posted,) = [each for each in several.emsp.handshakes if each.method == "POST"]
    assert (posted.version, posted.json()["party_id"], posted.json()["url"]) == (
        "2.1.1", "CPO", made[FR]["versions_url"],
    )  # fmt: skip

    again = await several.create(
        versions_url=several.emsp.versions_url, tokens={BE: several.emsp.invite().reveal()}
    )
    assert {remote: each["state"] for remote, each in again.items()} == {FR: "REGISTERED", BE: "REGISTERED"}
    heard = await several.publish(
        several.cpo, "locations", "FR", "CPO", "LOC1", body=codec.dump(build.location())
    )
    assert heard.status == 1000
    await eventually(lambda: len(several.emsp.heard("locations")) == 1)


async def test_a_new_agreement_adds_an_invitation_of_its_own(several: Several) -> None:
    await several.registered()
    async with SimulatedPartner(("CPO", NEW)) as new:
        await connect(several.hub, new, "the-new", "CPO")
        await agree(several.hub, cpo=NEW)

        async def is_there() -> bool:
            return (await several.states())[str(NEW)] == "INVITED"

        await eventually_so(is_there)
        renewed = await several.rotate(NEW)
        assert renewed.keys() == {str(NEW)}
        await register(several.emsp, renewed[str(NEW)])
        body = codec.dump(build.location(country_code="DE"))
        await several.publish(new, "locations", "DE", "CPO", "LOC1", body=body)
        await eventually(lambda: len(several.emsp.heard("locations")) == 1)


async def test_a_new_agreement_with_whoever_welcomes_the_hub_registers_by_itself(
    several: Several,
) -> None:
    """By a token that is good for every remote party."""
    emsp = several.emsp
    emsp.admits_again = True
    made = await several.create(versions_url=emsp.versions_url, token=emsp.invite().reveal())
    assert {each["state"] for each in made.values()} == {"REGISTERED"}
    await agree(several.hub, cpo=NEW)

    async def is_registered() -> bool:
        return (await several.states()).get(str(NEW)) == "REGISTERED"

    await eventually_so(is_registered)
    posted = [each.json()["country_code"] for each in emsp.handshakes if each.method == "POST"]
    assert sorted(posted) == ["BE", "DE", "FR"]


async def test_the_end_of_an_agreement_ends_its_registration_when_bills_have_come(
    several: Several,
) -> None:
    made = await several.registered()
    await operate(several.hub, "/agreements/end", {"cpo": BE, "emsp": str(EMSP)})
    await several.clock.leap(hours=7 * 24)
    assert (await several.states())[BE] == "REGISTERED"
    await several.clock.leap(hours=2 * 24)

    async def is_gone() -> bool:
        return (await several.states()).keys() == {FR}

    await eventually_so(is_gone)
    (left,) = [each for each in several.emsp.handshakes if each.method == "DELETE"]
    assert left.module == "credentials"
    assert (await several.pull(made[BE], "locations")).http == 401
    assert (await several.pull(made[FR], "locations")).status == 1000


async def test_one_request_renews_every_token(several: Several) -> None:
    made = await several.registered()
    several.emsp.turn_to(made[FR]["versions_url"])
    before = several.emsp.their_token
    assert before is not None
    renewed = await several.rotate()
    assert {each["trouble"] for each in renewed.values()} == {None}
    puts = [each for each in several.emsp.handshakes if each.method == "PUT"]
    assert {each.json()["country_code"] for each in puts} == {"FR", "BE"}
    for registration in made.values():
        assert (await several.pull(registration, "locations")).status == 1000
    assert several.emsp.their_token != before
    url = made[FR]["versions_url"].replace("versions", "2.1.1/sender/locations")
    assert (await several.emsp.send("GET", url, before)).http == 401


async def test_one_request_ends_everything_on_both_sides(several: Several) -> None:
    made = await several.registered()
    gone = await several.remove()
    assert {remote: each["trouble"] for remote, each in gone.items()} == {FR: None, BE: None}
    assert len([each for each in several.emsp.handshakes if each.method == "DELETE"]) == 2
    for registration in made.values():
        assert (await several.pull(registration, "locations")).http == 401
    with pytest.raises(AdminRefused, match="no partner named"):
        await several.shown()
    again = await several.registered()
    assert again.keys() == {FR, BE}


async def test_what_has_an_agreement_is_not_ended_alone(several: Several) -> None:
    await several.registered()
    with pytest.raises(AdminRefused, match=r"agreement with BE\*CPO goes on"):
        await several.remove("?with=BE*CPO")
    await operate(several.hub, "/agreements/end", {"cpo": BE, "emsp": str(EMSP), "last_day": "2025-12-31"})
    assert (await several.remove("?with=BE*CPO")).keys() == {BE}
    assert await several.states() == {FR: "REGISTERED"}


async def test_whoever_leaves_by_itself_is_not_invited_again_unless_somebody_asks(several: Several) -> None:
    made = await several.registered()
    several.emsp.turn_to(made[FR]["versions_url"])
    assert (await several.emsp.withdraw()).status == 1000
    await several.clock.stroll(minutes=2)
    assert await several.states() == {FR: "LEFT", BE: "REGISTERED"}
    await register(several.emsp, (await several.rotate(CPO))[FR])
    assert await several.states() == {FR: "REGISTERED", BE: "REGISTERED"}


async def test_nobody_else_can_be_the_party(several: Several) -> None:
    """S-21: whether it is registered for anybody yet or not."""
    await several.create()
    async with SimulatedPartner(("EMSP", EMSP)) as thief:
        token = await invited(several.hub, "thief", "EMSP")
        heard = await thief.register(several.hub.versions_url, token)
        assert (heard.http, heard.status) == (200, 2001)
    with pytest.raises(AdminRefused, match="another partner is registered for this party"):
        await virtual(several.hub, "second", EMSP, "EMSP")
    with pytest.raises(AdminRefused, match="another partner is registered for this party"):
        await virtual(several.hub, "third", CPO, "CPO")


async def test_a_registration_is_for_the_party_of_its_partner_alone(several: Several) -> None:
    made = await several.create()
    async with SimulatedPartner(("EMSP", PartyId("DE", "XYZ")), versions=("2.1.1",)) as thief:
        heard = await thief.register(made[FR]["versions_url"], CredentialsToken(made[FR]["token"]))
        assert (heard.http, heard.status) == (200, 2001)
    assert (await several.states())[FR] == "INVITED"


async def test_a_push_to_whoever_is_not_registered_yet_is_refused_as_not_connected(several: Several) -> None:
    await several.create()
    body = codec.dump(build.session())
    heard = await several.publish(several.cpo, "sessions", "FR", "CPO", "S1", body=body, to=EMSP)
    assert (heard.http, heard.status) == (200, 4003)


async def test_what_was_told_before_comes_with_the_registration_and_from_that_party_alone(
    several: Several,
) -> None:
    made = await several.create()
    await several.publish(several.cpo, "locations", "FR", "CPO", "LOC1", body=codec.dump(build.location()))
    theirs = codec.dump(build.location(country_code="BE"))
    await several.publish(several.other, "locations", "BE", "CPO", "LOC1", body=theirs)
    await register(several.emsp, made[FR])
    await eventually(lambda: len(several.emsp.heard("locations")) == 1)
    await register(several.emsp, made[BE])
    await eventually(lambda: len(several.emsp.heard("locations")) == 2)
    await eventually_so(several.nothing_due)
    assert [each.path for each in several.emsp.heard("locations")] == ["FR/CPO/LOC1", "BE/CPO/LOC1"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"versions_url": "http://127.0.0.1:1/versions"}, "come together"),
        ({"token": "abc"}, "come together"),
        ({"role": "HUB"}, "CPO"),
        ({"party": "NLMSP"}, "/party"),
        ({"name": "the-cpo"}, "exists already"),
    ],
)
async def test_what_an_operator_asks_is_refused_with_the_reason(
    several: Several, body: dict[str, str], told: str
) -> None:
    with pytest.raises(AdminRefused, match=told):
        await operate(
            several.hub, "/virtual-partners", {"name": "old", "party": str(EMSP), "role": "EMSP", **body}
        )


async def test_a_partner_of_another_kind_is_not_handled_as_a_virtual_one(several: Several) -> None:
    await several.create()
    for path in ("/virtual-partners/the-cpo/rotate", "/partners/old/rotate", "/partners/old/suspend"):
        with pytest.raises(AdminRefused, match=r"is (REGISTERED, not VIRTUAL|VIRTUAL, not REGISTERED)"):
            await operate(several.hub, path, {})
    with pytest.raises(AdminRefused, match="removed with all its parts"):
        await asyncio.to_thread(several.hub.admin.delete, "/partners/old")


async def test_what_was_told_one_remote_party_is_told_and_listed_to_it_again(several: Several) -> None:
    """2.1.1 has no broadcast: whoever comes anew lacks what was for it alone, and finds it in lists."""
    made = await several.registered()
    several.emsp.turn_to(made[FR]["versions_url"])
    card = {
        "uid": "04AA", "type": "RFID", "auth_id": "C1", "issuer": "Old", "valid": True,
        "whitelist": "ALWAYS", "last_updated": "2026-03-01T08:00:00Z",
    }  # fmt: skip
    await several.tell("PUT", "tokens", "NL", "MSP", "04AA", body=card)
    await eventually(lambda: len(several.cpo.heard("tokens")) == 1)
    for cpo, party, uids in ((several.cpo, CPO, ["04AA"]), (several.other, OTHER, [])):
        heard = await cpo.call("GET", "tokens", Side.SENDER, routing=Routing(to=HUB, sender=party))
        assert [each["uid"] for each in heard.data] == uids

    assert (await several.cpo.withdraw()).status == 1000
    await connect(several.hub, several.cpo, "the-cpo", "CPO")
    await eventually(lambda: len(several.cpo.heard("tokens", "PUT")) == 2)
    assert several.other.heard("tokens", "PUT") == []
