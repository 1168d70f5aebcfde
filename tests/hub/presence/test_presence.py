"""Who can be reached through the hub: listed to each, told on change, watched. C-060, C-063, C-064."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Heard, Reply, Request, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import CPO, EMSP, agree, connect, operate
from tests.roaming import Roaming

OTHER = PartyId("BE", "CPO")
RECEIVER = Side.RECEIVER
HOUR = timedelta(hours=1)


async def listed(partner: SimulatedPartner, **query: str) -> Heard:
    url = partner.endpoints["hubclientinfo", "SENDER"]
    text = "&".join(f"{name}={value}" for name, value in query.items())
    assert partner.their_token is not None
    return await partner.send("GET", f"{url}?{text}" if text else url, partner.their_token)


async def shown(partner: SimulatedPartner) -> dict[str, str]:
    """What the list says: status by role and party."""
    return {key(each): each["status"] for each in (await listed(partner)).data}


def key(info: dict[str, Any]) -> str:
    return f"{info['role']} {info['country_code']}*{info['party_id']}"


def told(partner: SimulatedPartner) -> list[tuple[str, str]]:
    """What was pushed, in order."""
    return [(key(each.json()), each.json()["status"]) for each in partner.heard("hubclientinfo")]


async def hears(partner: SimulatedPartner, name: str, status: str) -> None:
    """The last word about it is this."""
    await eventually(lambda: dict(told(partner)).get(name) == status)


@asynccontextmanager
async def another_cpo(roaming: Roaming, **more: Any) -> AsyncIterator[SimulatedPartner]:
    async with SimulatedPartner(("CPO", OTHER), **more) as partner:
        await connect(roaming.hub, partner, "another", "CPO")
        yield partner


async def test_each_is_shown_the_others_and_not_itself(roaming: Roaming) -> None:
    assert await shown(roaming.cpo) == {"EMSP NL*MSP": "CONNECTED"}
    assert await shown(roaming.emsp) == {"CPO FR*CPO": "CONNECTED"}


async def test_no_routing_header_is_on_the_list_nor_on_what_is_told(roaming: Roaming) -> None:
    """C-060: it is no functional module."""
    heard = await listed(roaming.emsp)
    assert Routing.read(heard.headers) == Routing()
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    for arrived in roaming.emsp.heard("hubclientinfo"):
        assert (arrived.method, arrived.side, arrived.path) == ("PUT", RECEIVER, "FR/CPO")
        assert arrived.routing == Routing()
        assert {"country_code", "party_id", "role", "status", "last_updated"} == set(arrived.json())


async def test_whoever_comes_is_planned_until_there_is_an_agreement(roaming: Roaming) -> None:
    """C-063: what each may see of the other differs from what a third may see."""
    async with another_cpo(roaming) as another:
        await hears(roaming.emsp, "CPO BE*CPO", "PLANNED")
        await hears(roaming.cpo, "CPO BE*CPO", "PLANNED")
        assert await shown(another) == {"CPO FR*CPO": "PLANNED", "EMSP NL*MSP": "PLANNED"}

        await agree(roaming.hub, cpo=OTHER)
        await hears(roaming.emsp, "CPO BE*CPO", "CONNECTED")
        await hears(another, "EMSP NL*MSP", "CONNECTED")
        assert await shown(another) == {"CPO FR*CPO": "PLANNED", "EMSP NL*MSP": "CONNECTED"}
        assert dict(told(roaming.cpo))["CPO BE*CPO"] == "PLANNED"


async def test_a_newcomer_is_told_at_once_of_those_that_it_can_deal_with(roaming: Roaming) -> None:
    """The agreement was there before it: whoever reads no lists knows whom to talk to all the same."""
    await agree(roaming.hub, cpo=OTHER)
    async with another_cpo(roaming) as another:
        await hears(another, "EMSP NL*MSP", "CONNECTED")
        await hears(roaming.emsp, "CPO BE*CPO", "CONNECTED")
        assert [name for name, _ in told(another)] == ["EMSP NL*MSP"]


async def test_a_newcomer_reads_of_others_in_the_list_and_is_told_what_changes(roaming: Roaming) -> None:
    async with another_cpo(roaming) as another:
        await hears(roaming.emsp, "CPO BE*CPO", "PLANNED")
        assert told(another) == []
        await operate(roaming.hub, "/partners/the-cpo/suspend", {})
        await hears(another, "CPO FR*CPO", "SUSPENDED")
        assert told(another) == [("CPO FR*CPO", "SUSPENDED")]


async def test_whoever_is_suspended_or_leaves_is_suspended_and_never_deleted(roaming: Roaming) -> None:
    """C-063."""
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    await operate(roaming.hub, "/partners/the-cpo/suspend", {})
    await hears(roaming.emsp, "CPO FR*CPO", "SUSPENDED")
    await operate(roaming.hub, "/partners/the-cpo/resume", {})
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    assert (await roaming.cpo.withdraw()).status == 1000
    await hears(roaming.emsp, "CPO FR*CPO", "SUSPENDED")
    assert await shown(roaming.emsp) == {"CPO FR*CPO": "SUSPENDED"}
    assert {each.method for each in roaming.emsp.heard("hubclientinfo")} == {"PUT"}

    async with SimulatedPartner(("CPO", CPO)) as again:
        await connect(roaming.hub, again, "the-cpo", "CPO")
        await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")


async def test_an_agreement_begins_and_ends_with_its_days(roaming: Roaming, clock: ManualClock) -> None:
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    ending = {"cpo": str(CPO), "emsp": str(EMSP), "last_day": clock.now().date().isoformat()}
    await operate(roaming.hub, "/agreements/end", ending)
    assert await shown(roaming.emsp) == {"CPO FR*CPO": "CONNECTED"}
    await clock.leap(hours=24)
    await hears(roaming.emsp, "CPO FR*CPO", "PLANNED")
    await hears(roaming.cpo, "EMSP NL*MSP", "PLANNED")


async def test_whoever_is_silent_is_asked_and_is_offline_if_it_does_not_answer(
    roaming: Roaming, clock: ManualClock
) -> None:
    """C-064: after five minutes, by its versions endpoint."""
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    asked = len(asked_for_versions(roaming.cpo))
    await clock.stroll(minutes=4)
    assert len(asked_for_versions(roaming.cpo)) == asked
    await clock.stroll(minutes=1.5)
    assert len(asked_for_versions(roaming.cpo)) == asked + 1
    assert dict(told(roaming.emsp))["CPO FR*CPO"] == "CONNECTED"

    roaming.cpo.is_online = False
    await clock.stroll(minutes=5.5)
    await hears(roaming.emsp, "CPO FR*CPO", "OFFLINE")
    assert await shown(roaming.emsp) == {"CPO FR*CPO": "OFFLINE"}

    roaming.cpo.is_online = True
    await clock.stroll(minutes=1.5)
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")


def asked_for_versions(partner: SimulatedPartner) -> list[Request]:
    return [each for each in partner.handshakes if each.module == "versions"]


async def test_whoever_calls_is_not_silent_and_comes_back_by_calling(
    roaming: Roaming, clock: ManualClock
) -> None:
    """C-064: any request with a good token is a sign of life."""
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    roaming.cpo.is_online = False  # it calls, and cannot be called
    for _ in range(3):
        await clock.stroll(minutes=3)
        await shown(roaming.cpo)
    assert await shown(roaming.emsp) == {"CPO FR*CPO": "CONNECTED"}
    await clock.stroll(minutes=6)
    await hears(roaming.emsp, "CPO FR*CPO", "OFFLINE")
    await shown(roaming.cpo)
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")


async def test_a_stranger_is_no_sign_of_life(roaming: Roaming, clock: ManualClock) -> None:
    roaming.cpo.is_online = False
    await clock.stroll(minutes=6)
    await hears(roaming.emsp, "CPO FR*CPO", "OFFLINE")
    refused = await roaming.cpo.plain("GET", roaming.hub.versions_url, "Token bm9uZQ==")
    assert refused.http == 401
    assert await shown(roaming.emsp) == {"CPO FR*CPO": "OFFLINE"}


async def test_whoever_was_away_is_told_the_latest_state_once(roaming: Roaming, clock: ManualClock) -> None:
    """Of what happened meanwhile only what is so now counts."""
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    roaming.emsp.is_online = False
    await clock.stroll(minutes=6)
    roaming.emsp.announced.clear()
    for state in ("suspend", "resume", "suspend"):
        await operate(roaming.hub, f"/partners/the-cpo/{state}", {})
        await asyncio.sleep(0.1)
    roaming.emsp.is_online = True
    await shown(roaming.emsp)
    await hears(roaming.emsp, "CPO FR*CPO", "SUSPENDED")
    assert told(roaming.emsp) == [("CPO FR*CPO", "SUSPENDED")]


async def test_whoever_comes_back_does_not_wait_for_the_next_try(
    roaming: Roaming, clock: ManualClock
) -> None:
    """The pauses between tries have grown; a call ends them."""
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    roaming.emsp.is_online = False
    await operate(roaming.hub, "/partners/the-cpo/suspend", {})
    infos = roaming.hub.foundation.mongo.collection("client_infos")
    await eventually_so(partial(infos.find_one, {"viewer": "the-emsp", "attempts": 1}))
    await infos.update_many({"next_try": {"$exists": True}}, {"$set": {"next_try": clock.now() + HOUR}})
    await clock.stroll(minutes=5.5)
    assert await roaming.hub.foundation.mongo.collection("presences").find_one({"trouble": {"$exists": True}})
    roaming.emsp.is_online = True
    await shown(roaming.emsp)
    await hears(roaming.emsp, "CPO FR*CPO", "SUSPENDED")


async def test_whoever_calls_while_it_is_asked_is_there(roaming: Roaming, clock: ManualClock) -> None:
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def answer(_: Request) -> Reply:
        asked.set()
        await go_on.wait()
        return Reply(http=503)

    roaming.cpo.answer("GET", "versions", Side.SENDER, answer)
    await clock.stroll(minutes=5.5)
    await asyncio.wait_for(asked.wait(), 5)
    await shown(roaming.cpo)
    go_on.set()
    await asyncio.sleep(0.2)
    assert await shown(roaming.emsp) == {"CPO FR*CPO": "CONNECTED"}


async def test_whoever_is_away_is_told_nothing_until_it_is_back(roaming: Roaming, clock: ManualClock) -> None:
    """C-065: its versions cannot be had, whatever else of it still answers."""
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    roaming.emsp.answer("GET", "versions", Side.SENDER, lambda _: Reply(http=503))
    await clock.stroll(minutes=5.5)
    await hears(roaming.cpo, "EMSP NL*MSP", "OFFLINE")
    await operate(roaming.hub, "/partners/the-cpo/suspend", {})
    await asyncio.sleep(1.5)  # longer than the teller's own pause
    assert dict(told(roaming.emsp))["CPO FR*CPO"] == "CONNECTED"
    await shown(roaming.emsp)
    await hears(roaming.emsp, "CPO FR*CPO", "SUSPENDED")


async def test_one_in_trouble_is_left_alone_with_all_that_is_due_to_it(
    roaming: Roaming, clock: ManualClock
) -> None:
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    roaming.emsp.answer("PUT", "hubclientinfo", RECEIVER, lambda _: Reply(http=503, raw=b"busy"))
    roaming.emsp.announced.clear()
    async with SimulatedPartner(("CPO", OTHER), ("CPO", PartyId("BE", "TWO"))) as two:
        await connect(roaming.hub, two, "two", "CPO")
        await eventually(lambda: len(told(roaming.emsp)) == 1)
        await asyncio.sleep(1.5)  # longer than the teller's own pause
        assert len(told(roaming.emsp)) == 1
        roaming.emsp.answer("PUT", "hubclientinfo", RECEIVER, lambda _: Reply())
        await clock.advance(seconds=2)
        await hears(roaming.emsp, "CPO BE*TWO", "PLANNED")
        await hears(roaming.emsp, "CPO BE*CPO", "PLANNED")


async def test_one_that_hangs_keeps_nobody_else_waiting(roaming: Roaming) -> None:
    never = asyncio.Event()

    async def hang(_: Request) -> Reply:
        await never.wait()
        return Reply()

    async with another_cpo(roaming) as another:
        await hears(roaming.emsp, "CPO BE*CPO", "PLANNED")
        roaming.cpo.answer("PUT", "hubclientinfo", RECEIVER, hang)
        await agree(roaming.hub, cpo=OTHER)
        await operate(roaming.hub, "/partners/the-emsp/suspend", {})
        await hears(another, "EMSP NL*MSP", "SUSPENDED")
        never.set()


async def test_what_is_refused_is_given_up_after_a_few_tries(roaming: Roaming, clock: ManualClock) -> None:
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")
    refusing = Reply(status_code=2001)
    roaming.emsp.answer("PUT", "hubclientinfo", RECEIVER, lambda _: refusing)
    roaming.emsp.announced.clear()
    infos = roaming.hub.foundation.mongo.collection("client_infos")
    async with another_cpo(roaming):
        for tried in (1, 2):
            await eventually_so(partial(infos.find_one, {"viewer": "the-emsp", "attempts": tried}))
            assert len(told(roaming.emsp)) == tried
            await clock.advance(seconds=2)
        await eventually(lambda: len(told(roaming.emsp)) == 3)
        await clock.stroll(minutes=2)
        await asyncio.sleep(0.2)
        assert len(told(roaming.emsp)) == 3
    assert await infos.count_documents({"viewer": "the-emsp", "next_try": {"$exists": True}}) == 0


async def test_a_partner_without_the_module_reads_the_list(roaming: Roaming) -> None:
    async with SimulatedPartner(("CPO", OTHER)) as bare:
        bare.endpoints_offered = [each for each in bare.offered() if each["identifier"] != "hubclientinfo"]
        await connect(roaming.hub, bare, "bare", "CPO")
        await agree(roaming.hub, cpo=OTHER)
        assert (await shown(bare))["EMSP NL*MSP"] == "CONNECTED"
        infos = roaming.hub.foundation.mongo.collection("client_infos")
        due = {"viewer": "bare", "next_try": {"$exists": True}}

        async def nothing_due() -> bool:
            return await infos.count_documents(due) == 0

        await eventually_so(nothing_due)
        assert bare.heard("hubclientinfo") == []


async def test_the_list_is_read_page_by_page_and_by_date(roaming: Roaming, clock: ManualClock) -> None:
    """C-024 to C-026: in the order in which they came."""
    await shown(roaming.emsp)
    await clock.advance(seconds=10)
    since = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    async with another_cpo(roaming):
        first = await listed(roaming.emsp, limit="1")
        assert [key(each) for each in first.data] == ["CPO FR*CPO"]
        assert (first.headers["X-Total-Count"], first.headers["X-Limit"]) == ("2", "200")
        link = first.headers["Link"].partition(">")[0].removeprefix("<")
        assert roaming.emsp.their_token is not None
        second = await roaming.emsp.send("GET", link, roaming.emsp.their_token)
        assert [key(each) for each in second.data] == ["CPO BE*CPO"]
        assert "Link" not in second.headers
        later = await listed(roaming.emsp, date_from=since)
        assert [key(each) for each in later.data] == ["CPO BE*CPO"]
        earlier = await listed(roaming.emsp, date_to=since)
        assert [key(each) for each in earlier.data] == ["CPO FR*CPO"]
        assert earlier.headers["X-Total-Count"] == "1"


async def test_whoever_is_behind_another_hub_is_as_reachable_as_that_hub(
    roaming: Roaming, clock: ManualClock
) -> None:
    behind, far = PartyId("AT", "CPO"), PartyId("AT", "HUB")
    async with SimulatedPartner(("CPO", behind), hub_party=far) as far_hub:
        await connect(roaming.hub, far_hub, "far", "HUB")
        await agree(roaming.hub, cpo=behind)
        await hears(roaming.emsp, "CPO AT*CPO", "CONNECTED")
        assert "HUB AT*HUB" not in await shown(roaming.emsp)
        far_hub.is_online = False
        await clock.stroll(minutes=6)
        await hears(roaming.emsp, "CPO AT*CPO", "OFFLINE")


async def test_the_operator_sees_who_is_there(roaming: Roaming, clock: ManualClock) -> None:
    roaming.cpo.is_online = False
    await clock.stroll(minutes=6)
    await hears(roaming.emsp, "CPO FR*CPO", "OFFLINE")
    told_now = await asyncio.to_thread(roaming.hub.admin.get, "/presence")
    rows = {row["partner"]: row for row in told_now}
    assert rows["the-cpo"]["status"] == "OFFLINE"
    assert rows["the-cpo"]["roles"] == ["FR*CPO CPO"]
    assert "cannot be reached" in rows["the-cpo"]["trouble"]
    assert rows["the-cpo"]["away_since"] > rows["the-cpo"]["heard_at"]
    assert (rows["the-emsp"]["status"], rows["the-emsp"]["trouble"]) == ("CONNECTED", None)
