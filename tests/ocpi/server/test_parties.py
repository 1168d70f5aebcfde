"""Who may ask and push at a platform that is no hub. C-038, C-039, C-062, and the spoofing cases."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Heard, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.platforms import CPO, EMSP, HUB, Running, agree, connect, operate, running_emsp

STRANGER = PartyId("DE", "XYZ")


@pytest.fixture
async def service(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_emsp(mongo, clock, tmp_path) as running:
        yield running


async def push(
    partner: SimulatedPartner,
    *,
    owner: PartyId = CPO,
    to: PartyId | None = None,
    sender: PartyId | None = None,
) -> Heard:
    named: dict[str, Any] = {"country_code": owner.country_code, "party_id": owner.party_id}
    body = build.location(**named).to_wire()
    path = (owner.country_code, owner.party_id, "LOC1")
    return await partner.call(
        "PUT", "locations", Side.RECEIVER, *path, routing=Routing(to=to, sender=sender), body=body
    )


async def test_a_party_pushes_its_own_objects_once_there_is_an_agreement(
    service: Running, cpo: SimulatedPartner
) -> None:
    await connect(service, cpo, "the-cpo", "CPO")
    assert (await push(cpo)).status == 2001
    await agree(service)
    assert (await push(cpo, to=EMSP, sender=CPO)).http == 201
    assert (await push(cpo)).http == 200


async def test_nobody_pushes_for_another(service: Running, cpo: SimulatedPartner) -> None:
    """C-039: 404 for a party in the URL; C-062 for one in FROM; 2001 for what is not for us."""
    await connect(service, cpo, "the-cpo", "CPO")
    await agree(service)
    await agree(service, cpo=STRANGER)
    foreign = await push(cpo, owner=STRANGER)
    assert (foreign.http, foreign.status) == (404, 2001)
    assert (await push(cpo, sender=STRANGER)).status == 2001
    assert (await push(cpo, to=STRANGER, sender=CPO)).status == 2001
    assert await service.foundation.mongo.collection("objects").count_documents({}) == 0


async def test_a_hub_pushes_for_whoever_is_behind_it_with_an_agreement(service: Running) -> None:
    """From the owner, or from the hub itself; never from a third."""
    async with SimulatedPartner(("OTHER", HUB), ("CPO", CPO), hub_party=HUB) as hub:
        await connect(service, hub, "a-hub", "HUB")
        assert (await push(hub, to=EMSP, sender=HUB)).status == 2001
        await agree(service)
        assert (await push(hub, to=EMSP, sender=HUB)).http == 201
        assert (await push(hub, to=EMSP, sender=CPO)).http == 200
        assert (await push(hub, to=EMSP, sender=STRANGER)).status == 2001


async def test_who_asks_is_a_party_of_its_own_with_an_agreement(
    service: Running, cpo: SimulatedPartner
) -> None:
    """C-062."""
    await connect(service, cpo, "the-cpo", "CPO")

    async def ask(routing: Routing) -> int:
        return (await cpo.call("GET", "tokens", Side.SENDER, routing=routing)).status

    assert await ask(Routing(sender=CPO)) == 2001
    await agree(service)
    await agree(service, cpo=STRANGER)
    assert await ask(Routing()) == 1000
    assert await ask(Routing(to=EMSP, sender=CPO)) == 1000
    assert await ask(Routing(to=EMSP, sender=STRANGER)) == 2001
    assert await ask(Routing(to=STRANGER, sender=CPO)) == 2001
    await operate(service, "/partners/the-cpo/suspend", {})
    assert (await cpo.call("GET", "tokens", Side.SENDER, routing=Routing())).http == 401


async def test_a_connection_for_several_parties_says_for_whom_it_asks(service: Running) -> None:
    async with SimulatedPartner(("CPO", CPO), ("CPO", STRANGER)) as several:
        await connect(service, several, "several", "CPO")
        await agree(service)
        heard = await several.call("GET", "tokens", Side.SENDER, routing=Routing())
        assert (heard.status, "OCPI-from" in heard.envelope["status_message"]) == (2001, True)
        heard = await several.call("GET", "tokens", Side.SENDER, routing=Routing(sender=CPO))
        assert heard.status == 1000


async def test_our_own_party_in_our_own_role_is_nobody_elses(service: Running) -> None:
    async with SimulatedPartner(("EMSP", EMSP)) as impostor:
        with pytest.raises(AssertionError, match="/roles/0/party_id"):
            await connect(service, impostor, "impostor", "EMSP")


async def test_a_platform_without_what_we_need_is_refused(service: Running) -> None:
    """C-017: 3003, and it names what is lacking."""
    async with SimulatedPartner(("CPO", CPO)) as bare:
        bare.endpoints_offered = [each for each in bare.offered() if each["identifier"] != "cdrs"]
        with pytest.raises(AssertionError, match=r"3003.*cdrs SENDER"):
            await connect(service, bare, "bare", "CPO")
