"""We come to register and leave, with a platform that invited us. For renewals see test_rotation."""

import asyncio

import pytest

from ocpi.partners.model import PartnerState
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from simulators.partner import Heard, Reply, Request, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.ocpi.registration.handshakes import known, pull, register
from tests.platforms import CPO, Running, connect, operate


async def test_each_side_ends_with_what_it_shows_to_the_other(hub: Running, cpo: SimulatedPartner) -> None:
    """C-011: token B opens here, token C there; TOKEN_A is not used again."""
    shown = await register(hub, cpo)
    assert (shown["state"], shown["version"]) == ("REGISTERED", "2.3.0")
    assert (await pull(cpo)).status == 1000

    ours = known(hub)
    assert ours is not None
    assert ours.connection is not None
    heard = await cpo.plain("GET", cpo.versions_url, ours.connection.token.header())
    assert heard.status == 1000


async def test_token_b_opens_the_handshake_alone_until_the_far_side_has_answered(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """C-008, C-009: good for the callback, and for nothing else yet."""
    during: list[Heard] = []

    async def answer_after_a_look(arrived: Request) -> Reply:
        token_b = CredentialsToken(arrived.json()["token"])
        await cpo.discover(arrived.json()["url"], token_b)
        during.append(await pull(cpo, token_b.reveal()))
        cpo.their_token = token_b
        return Reply(cpo.credentials(cpo.invite()))

    cpo.answer("POST", "credentials", Side.SENDER, answer_after_a_look)
    await register(hub, cpo)
    assert [each.http for each in during] == [401]
    assert (await pull(cpo)).status == 1000


@pytest.mark.parametrize(
    ("module", "method", "reply"),
    [
        ("versions", "GET", Reply(http=404, raw=b"<html>")),
        ("versions", "GET", Reply([])),
        ("details", "GET", Reply({"version": "2.3.0", "endpoints": []})),
        ("credentials", "POST", Reply(http=405, status_code=2000)),
        ("credentials", "POST", Reply(status_code=3001)),
        ("credentials", "POST", Reply({"token": "x"})),
    ],
)
async def test_a_registration_that_fails_leaves_nothing_behind(
    hub: Running, cpo: SimulatedPartner, module: str, method: str, reply: Reply
) -> None:
    async def answer(_: Request) -> Reply:
        await hub.foundation.directory.refresh()  # as it happens every two seconds
        return reply

    cpo.answer(method, module, Side.SENDER, answer)
    with pytest.raises(AdminRefused):
        await register(hub, cpo)
    assert known(hub) is None
    assert await hub.foundation.mongo.collection("partners").count_documents({}) == 0
    cpo.answer(method, module, Side.SENDER, cpo.usual(module))
    assert (await register(hub, cpo))["state"] == "REGISTERED"


async def test_credentials_that_we_cannot_accept_are_given_back(hub: Running, cpo: SimulatedPartner) -> None:
    """The far side believes that we are registered: with its own new token we tell it otherwise."""
    given = cpo.invite()
    wrong = {**cpo.credentials(given), "roles": [{**cpo.credentials(given)["roles"][0], "role": "EMSP"}]}
    cpo.answer("POST", "credentials", Side.SENDER, lambda _: Reply(wrong))
    with pytest.raises(AdminRefused, match="EMSP was not allowed"):
        await register(hub, cpo)

    (deleted,) = (each for each in cpo.handshakes if each.method == "DELETE")
    assert deleted.token == given.reveal()
    assert await hub.foundation.mongo.collection("partners").count_documents({}) == 0


async def test_a_party_that_is_taken_is_given_back_too(hub: Running, cpo: SimulatedPartner) -> None:
    await connect(hub, cpo, "the-cpo", "CPO")
    async with SimulatedPartner(("CPO", CPO)) as twin:
        with pytest.raises(AdminRefused, match="another platform"):
            await register(hub, twin, name="the-twin")
        assert [each.method for each in twin.handshakes if each.module == "credentials"] == ["POST", "DELETE"]
    assert known(hub, "the-twin") is None


async def test_of_two_registrations_under_one_name_the_second_is_refused(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """And does not take the first one's place away."""
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(request: Request) -> Reply:
        arrived.set()
        await go_on.wait()
        return await cpo.usual("credentials")(request)

    cpo.answer("POST", "credentials", Side.SENDER, slowly)
    first = asyncio.gather(register(hub, cpo))
    await arrived.wait()
    with pytest.raises(AdminRefused, match="exists already"):
        await register(hub, cpo)
    go_on.set()
    ((shown,),) = (await first,)
    assert shown["state"] == "REGISTERED"
    assert (await pull(cpo)).status == 1000


async def test_a_registration_that_a_crash_cut_off_can_be_begun_again(
    hub: Running, cpo: SimulatedPartner, clock: ManualClock
) -> None:
    """The name is held for five minutes, no longer."""
    await register(hub, cpo)
    left = {"state": PartnerState.REGISTERING, "connection": None}
    await hub.foundation.mongo.collection("partners").update_one({}, {"$set": left, "$unset": {"claims": ""}})
    with pytest.raises(AdminRefused, match="exists already"):
        await register(hub, cpo)
    await clock.leap(minutes=5, seconds=1)
    assert (await register(hub, cpo))["state"] == "REGISTERED"


async def test_leaving_is_told_to_the_far_side_and_ends_here_in_any_case(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """C-018 from our side."""
    await register(hub, cpo)
    told = await asyncio.to_thread(hub.admin.delete, "/partners/the-cpo")
    assert told == {"name": "the-cpo", "trouble": None}
    assert [each.method for each in cpo.handshakes][-1] == "DELETE"
    assert (await pull(cpo)).http == 401

    await register(hub, cpo)
    cpo.is_online = False
    told = await asyncio.to_thread(hub.admin.delete, "/partners/the-cpo")
    assert "cannot be reached" in told["trouble"]
    cpo.is_online = True
    assert (await pull(cpo)).http == 401
    with pytest.raises(AdminRefused, match="no partner named"):
        await asyncio.to_thread(hub.admin.delete, "/partners/the-cpo")


async def test_a_suspended_partner_is_refused_until_it_is_resumed(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """A-12."""
    await connect(hub, cpo, "the-cpo", "CPO")
    await operate(hub, "/partners/the-cpo/suspend", {})
    assert (await pull(cpo)).http == 401
    with pytest.raises(AdminRefused, match="is SUSPENDED"):
        await operate(hub, "/partners/the-cpo/rotate", {})
    with pytest.raises(AdminRefused, match="is SUSPENDED"):
        await operate(hub, "/partners/the-cpo/suspend", {})

    await operate(hub, "/partners/the-cpo/resume", {})
    assert (await pull(cpo)).status == 1000
    with pytest.raises(AdminRefused, match="is REGISTERED"):
        await operate(hub, "/partners/the-cpo/resume", {})


async def test_credentials_of_the_far_side_may_hold_more_than_we_know(
    hub: Running, cpo: SimulatedPartner
) -> None:
    """C-022."""
    cpo.answer(
        "POST", "credentials", Side.SENDER, lambda _: Reply({**cpo.credentials(cpo.invite()), "odd": [1]})
    )
    assert (await register(hub, cpo))["state"] == "REGISTERED"
