"""Pages, filters and the spelling of answers. Spec: transport_and_format, Pagination; types."""

import asyncio
from typing import Any

from ocpi.objects.record import Record
from ocpi.wire.interfaces import Side
from ocpi.wire.pagination import MAX_LIMIT
from passerelle.conformance import samples
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from simulators.partner import Reply, Request
from tests import build
from tests.conformance.stages import SHARED_LOOP, Stage, on
from tests.conformance.station import changed_status
from tests.platforms import CPO, EMSP, operate

pytestmark = SHARED_LOOP

SINCE_2_2_1 = ("2.2.1", "2.3.0")
EVERYWHERE = on("hub", "cpo", "emsp")
WITH_IDS = on("hub", "cpo", "emsp", versions=SINCE_2_2_1)


@EVERYWHERE
async def test_c024_the_first_moment_is_in_and_the_last_is_out(stage: Stage) -> None:
    await stage.holds("C-024")


@EVERYWHERE
async def test_c025_every_page_but_the_last_leads_on(stage: Stage) -> None:
    await stage.holds("C-025")


@WITH_IDS
async def test_c026_totals_and_limits_are_those_of_the_platform(stage: Stage) -> None:
    verdict = await stage.holds("C-026")
    assert verdict.text.startswith("X-Limit 200")


@EVERYWHERE
async def test_c027_a_limit_beyond_the_maximum_is_lowered(stage: Stage) -> None:
    await stage.holds("C-027")


@on("hub")
async def test_c027_no_page_is_longer_than_the_maximum(stage: Stage) -> None:
    """With one object more than that."""
    store = stage.platform.foundation.store
    tariffs = [build.tariff(id=f"MANY{number}") for number in range(MAX_LIMIT + 1)]
    keys = [ObjectKey(ObjectKind.TARIFF, CPO, each.id) for each in tariffs]
    kept = zip(keys, tariffs, strict=True)
    await asyncio.gather(*(store.put(Record(key, each.last_updated, codec.dump(each))) for key, each in kept))
    first = await stage.reader.pull("tariffs", limit="1000")
    assert len(first.data) == int(first.headers["X-Limit"]) == MAX_LIMIT
    assert f"limit={MAX_LIMIT}" in first.headers["Link"]


@EVERYWHERE
async def test_c029_a_crawl_meets_each_object_once_and_in_the_same_order(stage: Stage) -> None:
    await stage.holds("C-029")


@on("hub", versions=SINCE_2_2_1)
async def test_c029_an_update_does_not_move_an_object(stage: Stage) -> None:
    before = await ids_of_all(stage)
    changed = {**samples.location(stage.version, CPO, "L1"), "last_updated": "2025-12-01T10:00:00Z"}
    assert (await stage.push("locations", "FR", "CPO", "L1", body=changed, to=stage.target.party)).is_success
    after = await ids_of_all(stage)
    assert after[: len(before)] == before


async def ids_of_all(stage: Stage) -> list[str]:
    return [each["id"] for each in (await stage.reader.pull("locations", limit="200")).data]


@WITH_IDS
async def test_c041_each_answer_has_the_ids_of_its_request(stage: Stage) -> None:
    await stage.holds("C-041")


@on("emsp", "cpo", versions=SINCE_2_2_1)
async def test_c042_an_id_is_found_in_capitals_and_small_letters(stage: Stage) -> None:
    sample = samples.of(stage.target)
    assert (await samples.push(stage.target, sample, "PUT", sample.body)).is_success
    url = sample.url(stage.target).replace(sample.id, sample.id.swapcase())
    found = await stage.target.follow("GET", url)
    assert found.data["uid" if sample.module == "tokens" else "id"] == sample.id


@EVERYWHERE
async def test_c043_dates_end_with_z_and_are_read_without_it(stage: Stage) -> None:
    await stage.holds("C-043")


@on("emsp", "cpo")
async def test_c043_a_pushed_date_without_z_is_utc(stage: Stage) -> None:
    sample = samples.of(stage.target)
    bare = {**sample.body, "last_updated": "2025-12-01T08:00:00"}
    assert (await samples.push(stage.target, sample, "PUT", bare)).is_success
    for change, status in (("2025-12-01T07:59:59Z", 2001), ("2025-12-01T08:00:01Z", 1000)):
        pushed = await samples.push(stage.target, sample, "PUT", {**sample.body, "last_updated": change})
        assert pushed.status == status


@WITH_IDS
async def test_c044_fractions_of_a_second_are_read(stage: Stage) -> None:
    await stage.holds("C-044")


@on("cpo")
async def test_c044_fractions_are_told_to_whoever_can_read_them(stage: Stage) -> None:
    await stage.clock.leap(seconds=60.25)
    await changed_status(stage)
    (site,) = [each for each in (await stage.target.pull("locations")).data if each["id"] == "Gare1"]
    has_fraction = "." in site["last_updated"]
    await stage.clock.leap(seconds=59.75)
    assert has_fraction is (stage.version != "2.1.1")


@on("emsp")
async def test_c028_a_link_is_followed_as_it_stands(stage: Stage) -> None:
    opaque = f"{stage.far.url_of('cdrs', Side.SENDER)}?cursor=%2Fa%3D%3D&page=7"
    asked: list[Request] = []

    def pages(request: Request) -> Reply:
        asked.append(request)
        is_first = "cursor" not in request.query
        return Reply([bill(stage)], headers={"Link": f'<{opaque}>; rel="next"'} if is_first else {})

    stage.far.answer("GET", "cdrs", Side.SENDER, pages)
    pulled = await operate(stage.platform, "/cdrs/pull", {})
    assert (pulled[str(CPO)]["seen"], pulled[str(CPO)]["bad"]) == (2, 0)
    assert asked[-1].query == {"cursor": "/a==", "page": "7"}


@on("emsp")
async def test_c048_one_bad_object_does_not_cost_the_others_of_its_list(stage: Stage) -> None:
    good, other = bill(stage), bill(stage)
    bad = {**bill(stage), "currency": 7}
    stage.far.answer("GET", "cdrs", Side.SENDER, lambda _: Reply([good, bad, other]))
    pulled = await operate(stage.platform, "/cdrs/pull", {})
    assert pulled[str(CPO)] == {"seen": 3, "new": 2, "bad": 1}
    for each in (good, other):
        kept = await stage.target.call("GET", "cdrs", Side.RECEIVER, "FR", "CPO", each["id"])
        assert kept.data["id"] == each["id"]


def bill(stage: Stage, issuer: PartyId = EMSP) -> dict[str, Any]:
    return samples.cdr(stage.version, CPO, issuer, stage.target.fresh_id())
