"""A role that a partner claims after it was invited waits for the operator. S-28, S-29."""

import asyncio
from typing import Any

import pytest

from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests import build
from tests.fakes.eventually import eventually
from tests.hub.agreements.telling import heard, tell_location
from tests.hub.presence.test_presence import hears, shown, told
from tests.platforms import CPO, EMSP, HUB, agree, connect, operate
from tests.roaming import Roaming

SECOND = PartyId("FR", "TWO")
CLAIMED = (("CPO", CPO), ("EMSP", SECOND), ("CPO", SECOND))


@pytest.fixture
async def claiming(roaming: Roaming) -> Roaming:
    """The CPO, invited as FR*CPO, says in a renewal that it is an eMSP and another CPO as well."""
    await roaming.cpo.withdraw()
    invited = {"name": "the-cpo", "roles": ["CPO"], "parties": [str(CPO)]}
    answer = await operate(roaming.hub, "/partners/invitations", invited)
    await roaming.cpo.register(roaming.hub.versions_url, CredentialsToken(answer["token"]))
    roaming.cpo.roles = CLAIMED
    assert (await roaming.cpo.renew()).status == 1000
    return roaming


async def partner_named(roaming: Roaming, name: str = "the-cpo") -> dict[str, Any]:
    listed = await asyncio.to_thread(roaming.hub.admin.get, "/partners")
    return next(each for each in listed if each["name"] == name)


def claims(roles: list[dict[str, str]]) -> list[str]:
    return [f"{each['role']} {each['party']}" for each in roles]


async def approve(roaming: Roaming, role: str, party: PartyId = SECOND, name: str = "the-cpo") -> Any:
    return await operate(roaming.hub, f"/partners/{name}/approve", {"role": role, "party": str(party)})


async def tell_of_second(roaming: Roaming) -> int:
    body = build.location(id="LOC2", party_id="TWO")
    answer = await roaming.cpo.call(
        "PUT", "locations", Side.RECEIVER, "FR", "TWO", "LOC2",
        routing=Routing(to=HUB, sender=SECOND), body=body.to_wire(),
    )  # fmt: skip
    return answer.status


async def test_what_was_approved_works_and_the_rest_is_listed_as_pending(claiming: Roaming) -> None:
    partner = await partner_named(claiming)
    assert claims(partner["roles"]) == ["CPO FR*CPO"]
    assert claims(partner["pending"]) == ["EMSP FR*TWO", "CPO FR*TWO"]
    await tell_location(claiming)
    await eventually(lambda: heard(claiming.emsp, "locations"))


async def test_nobody_acts_in_a_pending_role_and_nothing_is_routed_to_it(claiming: Roaming) -> None:
    await agree(claiming.hub, cpo=SECOND)
    assert await tell_of_second(claiming) == 2001
    routing = Routing(to=SECOND, sender=EMSP)
    asked = await claiming.emsp.call("GET", "locations", Side.SENDER, routing=routing)
    assert asked.status == 4001
    assert claiming.cpo.received == []
    assert "CPO FR*TWO" not in await shown(claiming.emsp)
    assert "CPO FR*TWO" not in dict(told(claiming.emsp))


async def test_once_it_is_approved_it_is_used_told_and_shown(claiming: Roaming) -> None:
    """It alone: another role of the same party goes on waiting."""
    await agree(claiming.hub, cpo=SECOND)
    partner = await approve(claiming, "CPO")
    assert claims(partner["roles"]) == ["CPO FR*CPO", "CPO FR*TWO"]
    assert claims(partner["pending"]) == ["EMSP FR*TWO"]
    assert await tell_of_second(claiming) == 1000
    await eventually(lambda: heard(claiming.emsp, "locations"))
    await hears(claiming.emsp, "CPO FR*TWO", "CONNECTED")
    assert "EMSP FR*TWO" not in await shown(claiming.emsp)


async def test_what_is_approved_stays_so_through_renewals(claiming: Roaming) -> None:
    await approve(claiming, "CPO")
    assert (await claiming.cpo.renew()).status == 1000
    partner = await partner_named(claiming)
    assert claims(partner["roles"]) == ["CPO FR*CPO", "CPO FR*TWO"]
    claiming.cpo.roles = (("CPO", CPO),)
    assert (await claiming.cpo.renew()).status == 1000
    partner = await partner_named(claiming)
    assert (claims(partner["roles"]), partner["pending"]) == (["CPO FR*CPO"], [])


async def test_whoever_is_approved_in_a_role_lacks_what_is_for_it(roaming: Roaming) -> None:
    """An eMSP that becomes a CPO too is told the cards of those that it deals with."""
    third = PartyId("BE", "MSP")
    async with SimulatedPartner(("EMSP", third)) as other:
        await connect(roaming.hub, other, "other", "EMSP")
        await agree(roaming.hub, cpo=third)
        token = build.token().to_wire()
        routing = Routing(to=HUB, sender=EMSP)
        await roaming.emsp.call(
            "PUT", "tokens", Side.RECEIVER, "NL", "MSP", token["uid"], routing=routing, body=token
        )
        other.roles = (("EMSP", third), ("CPO", third))
        await other.renew()
        assert heard(other, "tokens") == []
        await approve(roaming, "CPO", third, "other")
        await eventually(lambda: heard(other, "tokens"))


async def test_a_role_that_another_platform_has_is_refused(claiming: Roaming) -> None:
    """S-29, and what was before stays."""
    claiming.cpo.roles = (("CPO", CPO), ("EMSP", EMSP))
    answer = await claiming.cpo.renew()
    assert (answer.http, answer.status) == (200, 2001)
    assert "/roles" in answer.envelope["status_message"]
    assert claims((await partner_named(claiming))["pending"]) == ["EMSP FR*TWO", "CPO FR*TWO"]


async def test_a_claim_that_waits_keeps_nobody_else_out(claiming: Roaming) -> None:
    """Who is approved first has the party; approving the other then is a conflict."""
    async with SimulatedPartner(("CPO", SECOND)) as rightful:
        await connect(claiming.hub, rightful, "rightful", "CPO")
        with pytest.raises(AdminRefused, match="another platform"):
            await approve(claiming, "CPO")
        assert claims((await partner_named(claiming))["roles"]) == ["CPO FR*CPO"]


async def test_only_what_is_claimed_can_be_approved(claiming: Roaming) -> None:
    for name, role, party, said in (
        ("the-cpo", "NSP", SECOND, "does not ask"),
        ("the-cpo", "CPO", CPO, "does not ask"),
        ("nobody", "CPO", SECOND, "no partner"),
        ("the-cpo", "KING", SECOND, "/role"),
    ):
        with pytest.raises(AdminRefused, match=said):
            await approve(claiming, role, party, name)


async def test_whoever_registers_first_has_only_what_it_was_invited_for(roaming: Roaming) -> None:
    async with SimulatedPartner(("CPO", SECOND), ("EMSP", SECOND)) as eager:
        answer = await operate(roaming.hub, "/partners/invitations", {"name": "eager", "roles": ["CPO"]})
        refused = await eager.register(roaming.hub.versions_url, CredentialsToken(answer["token"]))
        assert (refused.status, refused.envelope["status_message"][:14]) == (2001, "/roles/1/role:")


async def test_the_hubs_own_party_cannot_even_be_asked_for(claiming: Roaming) -> None:
    claiming.cpo.roles = (("CPO", CPO), ("EMSP", HUB))
    assert (await claiming.cpo.renew()).status == 2001
