"""What CPOs did not push is fetched from their lists, over real sockets, in every version."""

import asyncio
from typing import Any

import pytest

from emsp_adapter.sync.windows import QUARTER
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.times import datetime_text
from simulators.partner import Reply, Request
from tests.emsp_adapter.sync.square import MODULES, SHARED_LOOP, START, Network, Square
from tests.fakes.eventually import eventually, eventually_so
from tests.ocpi.client.connected import VERSIONS
from tests.platforms import EMSP, agree, operate

pytestmark = SHARED_LOOP


async def fill(network: Network) -> None:
    """Three of each, with an agreement that begins when they are there."""
    network.lists("locations", *({"id": f"LOC{number}"} for number in range(3)))
    network.lists("tariffs", *({"id": f"T{number}"} for number in range(3)))
    network.lists("sessions", *({"id": f"S{number}"} for number in range(3)))
    network.lists("cdrs", *({"id": f"CDR{number}", "session_id": f"S{number}"} for number in range(3)))
    await agree(network.square.emsp, cpo=network.party)
    await network.settled()


@pytest.mark.parametrize("version", VERSIONS)
async def test_all_lists_of_a_cpo_are_fetched_page_by_page_when_an_agreement_begins(
    square: Square, version: str
) -> None:
    async with square.network(version, is_agreed=False) as cpo:
        await fill(cpo)
        for module, name in zip(MODULES, ("LOC2", "T2", "S2", "CDR2"), strict=True):
            held = await cpo.held(module, name)
            assert held is not None, module
            spoken = "2.3.0" if held.original is None else held.original.version
            assert spoken == version
            assert (await cpo.state(module))["last"]["new"] == 3
            assert len(cpo.far.heard(module, "GET")) == 2


@pytest.mark.parametrize("version", ["2.3.0", "2.2.1"])
async def test_lists_of_a_cpo_behind_a_hub_are_fetched_through_the_hub(square: Square, version: str) -> None:
    async with square.network(version, through_hub=True, is_agreed=False) as cpo:
        await fill(cpo)
        assert await cpo.holds("locations", "LOC2")
        asked = [each for module in MODULES for each in cpo.far.heard(module, "GET")]
        assert {each.routing for each in asked} == {Routing(to=cpo.party, sender=EMSP)}


async def test_sessions_are_never_asked_for_without_a_date(cpo: Network) -> None:
    assert cpo.windows("locations") == cpo.windows("tariffs") == cpo.windows("cdrs") == [None]
    (since,) = cpo.windows("sessions")
    assert since == datetime_text(cpo.square.clock.now() - QUARTER)


async def test_what_has_changed_is_fetched_nightly_and_all_weekly(cpo: Network) -> None:
    began = cpo.square.clock.now()
    cpo.lists("locations", {"id": "NEW", "last_updated": datetime_text(began)})
    await cpo.square.later(hours=24)
    await eventually_so(lambda: cpo.holds("locations", "NEW"))
    assert [each is None for each in cpo.windows("locations")] == [True, False]
    await cpo.square.later(hours=7 * 24)
    await cpo.settled(times=3)
    assert [each is None for each in cpo.windows("locations")] == [True, False, True]


async def test_a_window_reaches_back_behind_the_last_fetch(cpo: Network) -> None:
    """What bears a date of before, and could be fetched only later, is not missed."""
    began = cpo.square.clock.now()
    late = datetime_text(began.replace(hour=0, minute=0))
    cpo.lists("cdrs", {"id": "LATE", "last_updated": late})
    await cpo.fetch("cdrs")
    assert await cpo.holds("cdrs", "LATE")
    assert (await cpo.state("cdrs"))["since"] < late


async def test_a_cpo_that_could_not_be_reached_is_asked_at_once_when_it_calls(cpo: Network) -> None:
    cpo.far.is_online = False
    await cpo.square.later(hours=24)
    await eventually_so(lambda: failed(cpo, "locations"))
    cpo.far.is_online = True
    cpo.lists("locations", {"id": "NEW", "last_updated": datetime_text(cpo.square.clock.now())})
    await cpo.square.later(minutes=2)
    assert not await cpo.holds("locations", "NEW")
    await cpo.calls()
    await eventually_so(lambda: cpo.holds("locations", "NEW"))


async def test_a_cpo_that_fails_is_tried_again_by_itself(cpo: Network) -> None:
    cpo.far.is_online = False
    await cpo.square.later(hours=24)
    await eventually_so(lambda: failed(cpo, "locations"))
    cpo.far.is_online = True
    await cpo.square.later(minutes=11)
    await cpo.settled(times=2)
    assert (await cpo.state("locations"))["failures"] == 0


async def failed(cpo: Network, module: str) -> bool:
    return bool((await cpo.state(module))["error"])


async def test_a_cpo_that_was_silent_for_long_is_asked_what_has_changed(cpo: Network) -> None:
    await cpo.calls()
    await cpo.square.later(minutes=5)
    await cpo.square.later(minutes=70)
    before = len(cpo.asked("locations"))
    await cpo.calls()
    await cpo.square.later(minutes=1)
    await eventually(lambda: len(cpo.asked("locations")) > before)
    assert cpo.windows("locations")[-1] is not None


async def test_a_cpo_that_was_suspended_is_asked_for_everything_once_it_may_come_back(cpo: Network) -> None:
    await operate(cpo.square.emsp, f"/partners/{cpo.name}/suspend", {})
    await cpo.square.later(hours=24)
    assert len(cpo.asked("cdrs")) == 1
    await operate(cpo.square.emsp, f"/partners/{cpo.name}/resume", {})
    await cpo.square.later(minutes=1)
    await eventually(lambda: len(cpo.asked("cdrs")) == 2)


async def test_a_cpo_that_its_hub_says_is_back_is_asked_what_has_changed(square: Square) -> None:
    async with square.network("2.3.0", through_hub=True) as cpo:
        await tell_status(cpo, "OFFLINE")
        await square.later(hours=24)
        assert len(cpo.asked("tariffs")) == 1
        await tell_status(cpo, "CONNECTED")
        await square.later(minutes=1)
        await eventually(lambda: len(cpo.asked("tariffs")) == 2)


async def tell_status(cpo: Network, status: str) -> None:
    now = datetime_text(cpo.square.clock.now())
    own = {"country_code": cpo.party.country_code, "party_id": cpo.party.party_id}
    body = {**own, "role": "CPO", "status": status, "last_updated": now}
    heard = await cpo.far.call(
        "PUT", "hubclientinfo", Side.RECEIVER, *own.values(), routing=Routing(), body=body
    )
    assert heard.is_success, heard.body


async def test_an_agreement_that_begins_anew_asks_for_everything(cpo: Network) -> None:
    """What was told in between was not for us."""
    await operate(cpo.square.emsp, "/agreements/end", {"cpo": str(cpo.party), "emsp": str(EMSP)})
    await agree(cpo.square.emsp, cpo=cpo.party)
    await cpo.square.later(minutes=1)
    await eventually(lambda: len(cpo.asked("locations")) == 2)
    assert cpo.windows("locations") == [None, None]


async def test_cpos_do_not_wait_for_one_that_does_not_answer(cpo: Network) -> None:
    may_answer, asked = asyncio.Event(), asyncio.Event()

    async def hang(_: Request) -> Reply:
        asked.set()
        await may_answer.wait()
        return Reply([])

    cpo.far.answer("GET", "locations", Side.SENDER, hang)
    await operate(cpo.square.emsp, "/sync", {"cpo": str(cpo.party)})
    await asked.wait()
    async with cpo.square.network() as other:
        other.lists("locations", {"id": "NEW"})
        assert (await other.fetch("locations", all_=True))["last"]["new"] == 1
    assert cpo.far.heard("cdrs", "GET")[1:] == []
    may_answer.set()
    await eventually(lambda: len(cpo.asked("cdrs")) == 2)


async def test_of_one_cpo_one_list_is_fetched_at_a_time(cpo: Network) -> None:
    at_once, most = 0, 0

    async def slow(_: Request) -> Reply:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.05)
        at_once -= 1
        return Reply([])

    for module in MODULES:
        cpo.far.answer("GET", module, Side.SENDER, slow)
    wanted = {"cpo": str(cpo.party)}
    await asyncio.gather(*(operate(cpo.square.emsp, "/sync", wanted) for _ in range(3)))
    await cpo.square.later(minutes=1)
    await cpo.settled()
    assert most == 1


async def test_bad_objects_are_counted_and_shown_and_cost_no_others(cpo: Network) -> None:
    good = cpo.wire("locations", id="GOOD")
    items = [{"id": "BAD"}, {**good, "id": "THEIRS", "party_id": "XXX"}, good, "nonsense"]
    cpo.far.answer("GET", "locations", Side.SENDER, lambda _: Reply(items))
    state = await cpo.fetch("locations", all_=True)
    assert state["last"] == {"seen": 4, "new": 1, "bad": 3, "absent": 0}
    assert [each["id"] for each in state["bad"]] == ["BAD", "THEIRS", None]
    assert all(each["reason"] for each in state["bad"])
    assert await cpo.holds("locations", "GOOD")


async def test_an_older_copy_in_a_list_does_not_replace_what_was_pushed(cpo: Network) -> None:
    at = {"id": "LOC1", "last_updated": "2026-03-01T10:00:00Z"}
    assert (await cpo.push("locations", **at, name="pushed")).is_success
    cpo.lists("locations", {**at, "last_updated": "2026-03-01T09:00:00Z", "name": "older"})
    await cpo.fetch("locations", all_=True)
    assert await name_of(cpo, "LOC1") == "pushed"


async def test_of_two_that_bear_the_same_date_what_was_just_pushed_stays(cpo: Network) -> None:
    now = datetime_text(cpo.square.clock.now())
    at = {"id": "LOC1", "last_updated": now}
    assert (await cpo.push("locations", **at, name="pushed")).is_success
    cpo.lists("locations", {**at, "name": "listed"})
    await cpo.fetch("locations", all_=True)
    assert await name_of(cpo, "LOC1") == "pushed"
    await cpo.square.later(hours=2)
    await cpo.fetch("locations", all_=True)
    assert await name_of(cpo, "LOC1") == "listed"


async def name_of(cpo: Network, location_id: str) -> Any:
    held = await cpo.held("locations", location_id)
    assert held is not None
    return held.value()["name"]


async def test_a_module_that_a_cpo_does_not_offer_is_not_asked_for(square: Square) -> None:
    async with square.network(without="sessions") as cpo:
        assert await cpo.state("sessions") is None
        assert cpo.far.heard("sessions", "GET") == []


async def test_the_state_of_each_list_is_shown(cpo: Network) -> None:
    now = cpo.square.clock.now()
    state = await cpo.state("locations")
    assert state["extent"] == "ALL"
    assert state["all_at"] == state["until"] is not None
    assert state["next_due"] > now.isoformat()
    assert (state["failures"], state["error"]) == (0, None)
    assert now >= START
