"""Objects that are pushed, as a platform takes them and as it sends them.

Spec: transport_and_format, Client Owned Object push; status_codes; mod_locations.
"""

import asyncio
from typing import Any

from ocpi.wire.interfaces import Side
from passerelle.conformance import samples
from schemas.times import datetime_text
from simulators.partner import Reply
from tests.conformance.stages import SHARED_LOOP, Stage, on
from tests.conformance.station import changed_status
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import CPO, EMSP, HUB

pytestmark = SHARED_LOOP

SINCE_2_2_1 = ("2.2.1", "2.3.0")
ADAPTERS = on("cpo", "emsp")
ADAPTERS_SINCE_2_2_1 = on("cpo", "emsp", versions=SINCE_2_2_1)


@ADAPTERS
async def test_c030_what_is_no_json_is_a_bad_request(stage: Stage) -> None:
    await stage.holds("C-030")


@ADAPTERS
async def test_c031_an_invalid_object_is_200_with_2001(stage: Stage) -> None:
    await stage.holds("C-031")


@on("hub", versions=SINCE_2_2_1)
async def test_c030_c031_a_hub_refuses_what_nobody_could_read_and_passes_nothing_on(stage: Stage) -> None:
    await all_told(stage)
    stage.emsp.received.clear()
    for body, http in ((b'{"id": ', 400), (b'{"id": "X"}', 200)):
        heard = await stage.push("locations", "FR", "CPO", "X", body=body, to=HUB)
        assert (heard.http, heard.status) == (http, 2001)
    assert stage.emsp.heard("locations") == []


@ADAPTERS
async def test_c032_creating_is_201_and_updating_is_200(stage: Stage) -> None:
    await stage.holds("C-032")


@on("hub", versions=SINCE_2_2_1)
async def test_c032_also_at_a_hub(stage: Stage) -> None:
    body = samples.location(stage.version, CPO, stage.target.fresh_id())
    for http in (201, 200):
        heard = await stage.push("locations", "FR", "CPO", body["id"], body=body, to=HUB)
        assert heard.http == http


@ADAPTERS_SINCE_2_2_1
async def test_c033_a_patch_without_last_updated_is_2001(stage: Stage) -> None:
    await stage.holds("C-033")


@on("cpo", "emsp", versions=("2.1.1",))
async def test_c033_in_2_1_1_a_patch_need_not_say_when(stage: Stage) -> None:
    sample = samples.of(stage.target)
    name, value = sample.changed
    assert (await samples.push(stage.target, sample, "PUT", sample.body)).is_success
    assert (await samples.push(stage.target, sample, "PATCH", {name: value})).is_success
    assert (await samples.read(stage.target, sample)).data[name] == value


@ADAPTERS
async def test_c034_a_put_takes_away_what_it_does_not_name(stage: Stage) -> None:
    await stage.holds("C-034")


@ADAPTERS
async def test_c035_a_patch_leaves_alone_what_it_does_not_name(stage: Stage) -> None:
    await stage.holds("C-035")


@on("emsp", versions=SINCE_2_2_1)
async def test_c036_a_connector_gives_its_last_updated_to_evse_and_location(stage: Stage) -> None:
    await stage.holds("C-036")


@on("cpo")
async def test_c037_a_status_of_an_evse_is_news_of_its_location(stage: Stage) -> None:
    """A pull from the moment before finds the location, and each object in it says when."""
    await stage.clock.stroll(minutes=1)
    before = datetime_text(stage.clock.now())
    assert (await stage.target.pull("locations", date_from=before)).data == []
    status = await changed_status(stage)
    (location,) = (await stage.target.pull("locations", date_from=before)).data
    assert location["evses"][0]["status"] == status
    assert location["last_updated"] == location["evses"][0]["last_updated"] == before


@ADAPTERS_SINCE_2_2_1
async def test_c038_url_and_body_name_the_same_object(stage: Stage) -> None:
    await stage.holds("C-038")


@ADAPTERS
async def test_c039_nobody_pushes_for_others(stage: Stage) -> None:
    verdict = await stage.holds("C-039")
    assert verdict.text.startswith("HTTP 404")


@on("hub", versions=SINCE_2_2_1)
async def test_c038_c039_a_hub_lets_nobody_push_under_another_name(stage: Stage) -> None:
    await all_told(stage)
    stage.emsp.received.clear()
    body = samples.location(stage.version, CPO, stage.target.fresh_id())
    foreign = await stage.push("locations", "ZZ", "ZZZ", body["id"], body=body, to=HUB)
    other = await stage.push("locations", "FR", "CPO", "ANOTHER", body=body, to=HUB)
    assert (foreign.http, foreign.status) == (404, 2001)
    assert (other.http, other.status) == (200, 2001)
    assert stage.emsp.heard("locations") == []


@on("hub", versions=SINCE_2_2_1)
async def test_c040_what_could_not_be_delivered_is_not_replayed(stage: Stage) -> None:
    """No queue: who returns gets the latest state, and nothing of what was before."""
    await all_told(stage)
    stage.emsp.received.clear()
    stage.emsp.is_online = False
    body = samples.location(stage.version, CPO, stage.target.fresh_id())
    for name in ("first", "second", "last"):
        await stage.push("locations", "FR", "CPO", body["id"], body={**body, "name": name}, to=HUB)
    stage.emsp.is_online = True
    await all_told(stage)
    assert {each.json()["name"] for each in stage.emsp.heard("locations")} == {"last"}


async def all_told(stage: Stage) -> None:
    """Time goes on until nothing is due any more to those who are here to stay."""
    here = {str(CPO), str(EMSP)}

    async def nothing_due() -> bool:
        await stage.clock.stroll(minutes=1)
        await stage.platform.foundation.delivery.mark()
        await asyncio.sleep(0.05)
        marks = await stage.platform.foundation.outbox.listed(1000)
        return not any("next_try" in mark and mark["to"] in here for mark in marks)

    await eventually_so(nothing_due)


@on("emsp")
async def test_c045_null_nothing_and_the_empty_list_are_equal(stage: Stage) -> None:
    await stage.holds("C-045")


@on("emsp", versions=("2.3.0",))
async def test_c046_open_lists_of_values_are_open_and_closed_ones_closed(stage: Stage) -> None:
    await stage.holds("C-046")


@on("hub", versions=SINCE_2_2_1)
async def test_c047_whatever_data_comes_with_a_yes_it_is_a_yes(stage: Stage) -> None:
    """Delivered once, although the receiver answers a PUT with data that nobody asked for."""
    odd: tuple[Any, ...] = (None, [], {"odd": 1}, "text")
    replies = iter(Reply(data) for data in odd)
    stage.emsp.answer("PUT", "locations", Side.RECEIVER, lambda _: next(replies))
    for _ in odd:
        stage.emsp.received.clear()
        body = samples.location(stage.version, CPO, stage.target.fresh_id())
        await stage.push("locations", "FR", "CPO", body["id"], body=body, to=HUB)
        await eventually(lambda: bool(stage.emsp.heard("locations")))
        await all_told(stage)
        assert len(stage.emsp.heard("locations")) == 1
    stage.emsp.answer("PUT", "locations", Side.RECEIVER, lambda _: Reply())
