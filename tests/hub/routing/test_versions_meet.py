"""Partners of 2.2.1 and 2.3.0 at one hub: each hears its own version, whoever spoke. C-066."""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import Reply, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.hub.callbacks.asking import BACK, START, Asking
from tests.hub.presence.test_presence import hears, listed
from tests.platforms import CPO, EMSP, agree, connect
from tests.roaming import Roaming, roaming_on

OLD, NEW = "2.2.1", "2.3.0"
SENDER, RECEIVER = Side.SENDER, Side.RECEIVER
THERE = Routing(to=CPO, sender=EMSP)
PRICE = {"type": "ENERGY", "price": 1, "step_size": 1}
GROSS = build.tariff(id="GROSS", tax_included="YES", elements=[{"price_components": [PRICE]}]).to_wire()


def meeting(
    mongo: Mongo, clock: ManualClock, folder: Path, cpo: str, emsp: str
) -> AbstractAsyncContextManager[Roaming]:
    return roaming_on(mongo, clock, folder, cpo_speaks=cpo, emsp_speaks=emsp)


@pytest.fixture
async def old_cpo(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Roaming]:
    """A CPO of 2.2.1, an eMSP of 2.3.0."""
    async with meeting(mongo, clock, tmp_path, OLD, NEW) as roaming:
        yield roaming


@pytest.fixture
async def old_emsp(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Roaming]:
    """The other way round."""
    async with meeting(mongo, clock, tmp_path, NEW, OLD) as roaming:
        yield roaming


async def test_two_of_the_same_older_version_hear_each_other_to_the_byte(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    raw = b'{ "data":[{"id":"T1","min_price":{"excl_vat":1.50}, "odd":1}],"status_code":1000,"timestamp":"x"}'
    async with meeting(mongo, clock, tmp_path, OLD, OLD) as roaming:
        roaming.cpo.answer("GET", "tariffs", SENDER, lambda _: Reply(raw=raw))
        assert (await roaming.pull("tariffs", to=CPO)).body == raw
        asking = Asking(roaming)
        body = b'{ "location_id":"L", "odd":1.50, "response_url":"%s"}'
        await asking.command(body=body % asking.own_url.encode())
        assert asking.promised[0].body == body % asking.hub_url.encode()
        assert f"{roaming.hub.url}/ocpi/2.2.1/sender/commands/" in asking.hub_url


async def test_a_list_is_told_page_by_page_without_what_cannot_be_told(old_emsp: Roaming) -> None:
    """Prices with taxes of no known rate have no words in 2.2.1; the counts stay the receiver's."""
    fine = build.tariff(id="T1", min_price={"before_taxes": 1, "after_taxes": 2}, odd=1).to_wire()
    link = f'<{old_emsp.cpo.base}/sender/tariffs?page=2>; rel="next"'
    headers = {"X-Total-Count": "3", "X-Limit": "2", "Link": link}
    old_emsp.cpo.answer("GET", "tariffs", SENDER, lambda _: Reply([GROSS, fine], headers=headers))
    heard = await old_emsp.pull("tariffs", to=CPO)
    (told,) = heard.data
    assert (told["id"], told["min_price"], told["odd"]) == ("T1", {"excl_vat": 1, "incl_vat": 2}, 1)
    assert "tax_included" not in told
    assert (heard.headers["X-Total-Count"], heard.headers["X-Limit"]) == ("3", "2")

    old_emsp.cpo.answer("GET", "tariffs", SENDER, lambda _: Reply([{**fine, "id": "T2"}]))
    url = heard.headers["Link"].partition(">")[0].removeprefix("<")
    assert "/ocpi/2.2.1/" in url
    assert old_emsp.emsp.their_token is not None
    second = await old_emsp.emsp.send("GET", url, old_emsp.emsp.their_token, routing=THERE)
    assert [(each["id"], "tax_included" in each) for each in second.data] == [("T2", False)]


async def test_one_object_is_told_or_refused_with_the_reason(old_emsp: Roaming) -> None:
    whole = build.location(help_phone="+33", parking_places=[]).to_wire()
    old_emsp.cpo.answer("GET", "locations", SENDER, lambda _: Reply(whole))
    heard = await old_emsp.pull("locations", "LOC1", to=CPO)
    assert heard.data["id"] == "LOC1"
    assert "help_phone" not in heard.data

    unknown = build.connector(standard="MCS").to_wire()
    old_emsp.cpo.answer("GET", "locations", SENDER, lambda _: Reply(unknown))
    refused = await old_emsp.pull("locations", "LOC1", "E1", "1", to=CPO)
    assert (refused.http, refused.status) == (200, 2001)
    assert "MCS is not in the list of 2.2.1" in refused.envelope["status_message"]


async def test_what_2_2_1_lists_is_heard_as_2_3_0(old_cpo: Roaming) -> None:
    tariff = {**build.tariff(odd=1).to_wire(), "min_price": {"excl_vat": 1.5}}
    del tariff["tax_included"]
    old_cpo.cpo.answer("GET", "tariffs", SENDER, lambda _: Reply([tariff, {"id": "no tariff"}]))
    (told,) = (await old_cpo.pull("tariffs", to=CPO)).data
    assert (told["tax_included"], told["min_price"], told["odd"]) == ("NO", {"before_taxes": 1.5}, 1)


@pytest.mark.parametrize("speaks", [(OLD, NEW), (NEW, OLD)])
async def test_an_authorization_crosses_and_its_refusals_too(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, speaks: tuple[str, str]
) -> None:
    card = json.loads(codec.dump(build.token()))
    info = {"allowed": "ALLOWED", "token": card, "authorization_reference": "A1", "odd": 1}
    async with meeting(mongo, clock, tmp_path, *speaks) as roaming:
        roaming.emsp.answer("POST", "tokens", SENDER, lambda _: Reply(info))
        body = b'{ "location_id" : "LOC1", "odd":1.50 }'
        where = ("tokens", SENDER, "04AA", "authorize")
        routing = Routing(to=EMSP, sender=CPO)
        heard = await roaming.cpo.call("POST", *where, routing=routing, body=body)
        assert heard.data == info
        assert roaming.emsp.heard("tokens")[0].body == body
        roaming.emsp.answer("POST", "tokens", SENDER, lambda _: Reply(status_code=2004, http=404))
        heard = await roaming.cpo.call("POST", *where, routing=routing)
        assert (heard.http, heard.status) == (404, 2004)


async def test_a_command_is_told_in_the_version_of_the_cpo_and_its_result_in_that_of_the_asker(
    old_cpo: Roaming,
) -> None:
    """Cards of a kind that 2.2.1 does not list are of another kind there; fields of nobody survive."""
    asking = Asking(old_cpo)
    body = {**START, "token": build.token(type="EMAID").to_wire(), "odd": {"deep": 1.5}}
    heard = await asking.command(body=body)
    assert heard.data == {"result": "ACCEPTED", "timeout": 30}
    arrived = asking.promised[0].json()
    assert (arrived["token"]["type"], arrived["odd"]) == ("OTHER", {"deep": 1.5})
    assert "/ocpi/2.2.1/sender/commands/START_SESSION/" in asking.hub_url
    assert (await asking.result("EVSE_OCCUPIED")).status == 1000
    (result,) = asking.results()
    assert (result.version, result.path, result.json()) == (
        NEW,
        "START_SESSION/mine",
        {"result": "EVSE_OCCUPIED"},
    )


async def test_a_command_of_somebodys_own_is_not_supported_in_another_version(old_cpo: Roaming) -> None:
    """Commands are an open list in 2.3.0 alone; and the CPO never hears of it."""
    asking = Asking(old_cpo)
    heard = await asking.command("OPEN_GATE", body={"location_id": "LOC1"})
    assert (heard.http, heard.status) == (200, 1000)
    assert (heard.data["result"], heard.data["timeout"]) == ("NOT_SUPPORTED", 0)
    assert "2.3.0 has no UnlistedCommand" in heard.data["message"][0]["text"]
    assert asking.promised == []
    assert await old_cpo.hub.foundation.mongo.collection("callbacks").count_documents({}) == 0


async def test_a_command_that_is_none_is_refused_in_the_words_of_the_asker(old_cpo: Roaming) -> None:
    asking = Asking(old_cpo)
    heard = await asking.command(body={"location_id": "LOC1"})
    assert (heard.status, "/token" in heard.envelope["status_message"]) == (2001, True)
    assert asking.promised == []


@pytest.mark.parametrize("result", [{"result": "ACCEPTED"}, {"result": "REJECTED", "odd": 1}])
async def test_a_charging_profile_crosses_with_its_result(old_cpo: Roaming, result: dict[str, Any]) -> None:
    asking = Asking(old_cpo)
    period = {"start_period": 0, "limit": 3700.5}
    profile = {"charging_rate_unit": "W", "charging_profile_period": [period]}
    url = f"{old_cpo.emsp.url_of('chargingprofiles', SENDER)}/mine"
    body = {"charging_profile": profile, "response_url": url}
    heard = await old_cpo.emsp.call("PUT", "chargingprofiles", RECEIVER, "S1", routing=THERE, body=body)
    assert heard.data["result"] == "ACCEPTED"
    assert asking.promised[0].json()["charging_profile"] == profile
    assert (await old_cpo.cpo.tell_result(asking.hub_url, result, BACK)).status == 1000
    assert asking.results()[0].json() == result


async def test_a_module_that_the_far_side_has_in_no_way_is_named(old_emsp: Roaming) -> None:
    """Invoices are reconciled since 2.3.0."""
    heard = await old_emsp.cpo.call(
        "POST", "invoicereconciliation", RECEIVER, routing=Routing(to=EMSP, sender=CPO), body={"id": "R1"}
    )
    assert (heard.http, heard.status) == (200, 4003)
    assert "2.2.1, which has no invoicereconciliation" in heard.envelope["status_message"]


async def test_what_is_pushed_is_heard_in_each_version(old_emsp: Roaming) -> None:
    await old_emsp.push("tariffs", "FR", "CPO", "T1", body=build.tariff())
    listed_by_old = await old_emsp.pull("tariffs")
    assert "tax_included" not in listed_by_old.data[0]


async def test_presence_is_told_in_each_version(old_cpo: Roaming) -> None:
    """A hub is a role in 2.2.1, and nothing in 2.3.0."""
    far = PartyId("AT", "HUB")
    async with SimulatedPartner(("CPO", PartyId("AT", "CPO")), hub_party=far) as hub:
        await connect(old_cpo.hub, hub, "far", "HUB")
        await hears(old_cpo.cpo, "HUB AT*HUB", "CONNECTED")
        await hears(old_cpo.emsp, "CPO AT*CPO", "PLANNED")
        assert {each["role"] for each in (await listed(old_cpo.emsp)).data} == {"CPO"}
        assert {each["role"] for each in (await listed(old_cpo.cpo)).data} == {"CPO", "EMSP", "HUB"}


async def test_a_hub_of_2_2_1_speaks_for_whoever_is_not_connected_here(old_cpo: Roaming) -> None:
    """It names nobody in its credentials; the agreement decides, and it can pose as none of our parties."""
    far, behind = PartyId("AT", "HUB"), PartyId("AT", "MSP")
    async with SimulatedPartner(hub_party=far, versions=(OLD,)) as hub:
        await connect(old_cpo.hub, hub, "far", "HUB")
        refused = await hub.call("GET", "tariffs", SENDER, routing=Routing(to=CPO, sender=behind))
        assert refused.status == 4001
        await agree(old_cpo.hub, emsp=behind)
        heard = await hub.call("GET", "tariffs", SENDER, routing=Routing(to=CPO, sender=behind))
        assert (heard.status, old_cpo.cpo.heard("tariffs")[0].routing.sender) == (1000, behind)
        posing = await hub.call("GET", "tariffs", SENDER, routing=THERE)
        assert posing.status == 2001
