"""Cards that are used oddly: warnings by default, refusals where the issuer says so; at two processes."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ocpi.wire.interfaces import Side
from tests.emsp_adapter.authorization.office import (
    LYON,
    PARIS,
    SHARED_LOOP,
    VERSIONS,
    Holder,
    Office,
    running_office,
)

pytestmark = SHARED_LOOP
MOST = 3


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    folder = tmp_path_factory.mktemp("warned")
    async with running_office(mongo_url, folder, too_often_answers=MOST) as office:
        await open_places(office)
        yield office


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def strict(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    folder = tmp_path_factory.mktemp("strict")
    acts = {"too_often": "REFUSE", "too_far": "REFUSE", "at_once": "WARN"}
    async with running_office(mongo_url, folder, too_often_answers=MOST, **acts) as office:
        await open_places(office)
        yield office


async def open_places(office: Office) -> None:
    for version in VERSIONS:
        await office.desk(version).tell("PARIS", coordinates=PARIS)
        await office.desk(version).tell("LYON", coordinates=LYON)


async def warnings(office: Office, holder: Holder) -> list[list[str]]:
    """Of each answer, the first one first."""
    return [each["warnings"] for each in reversed(await office.answers(holder))]


async def test_a_card_that_is_asked_about_too_often_is_remarked(office: Office) -> None:
    holder = await office.holder()
    for _ in range(MOST + 1):
        assert await office.desk().said(holder.uid, "PARIS") == "ALLOWED"
        await office.clock.advance(seconds=1)
    assert await warnings(office, holder) == [[], [], [], ["TOO_OFTEN"]]
    await office.clock.leap(minutes=11)
    assert await office.desk().said(holder.uid, "PARIS") == "ALLOWED"
    assert (await warnings(office, holder))[-1] == []


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_card_that_travels_faster_than_anybody_is_remarked(office: Office, version: str) -> None:
    """392 km in half an hour, from one CPO to another."""
    holder = await office.holder()
    assert await office.desk("2.3.0").said(holder.uid, "PARIS") == "ALLOWED"
    await office.clock.leap(minutes=30)
    assert await office.desk(version).said(holder.uid, "LYON") == "ALLOWED"
    assert await warnings(office, holder) == [[], ["TOO_FAR"]]
    await office.clock.leap(hours=2)
    assert await office.desk(version).said(holder.uid, "PARIS") == "ALLOWED"
    assert (await warnings(office, holder))[-1] == []


async def test_the_operator_sees_warnings_by_route_and_by_number(office: Office) -> None:
    holder = await office.holder()
    await office.desk().said(holder.uid, "PARIS")
    await office.desk().said(holder.uid, "LYON")
    (warned,) = await office.answers(holder, warning="TOO_FAR")
    assert (warned["uid"], warned["cpo"], warned["location_id"]) == (holder.uid, "FR*C23", "LYON")
    assert len(await office.answers(holder, warned="true")) == 1
    assert len(await office.answers(holder)) == 2
    assert (await office.read("/authorizations/warnings"))["TOO_FAR"] >= 1
    told = office.emsp.foundation.metrics.exposition()[0].decode()
    assert 'passerelle_authorization_warnings_total{warning="TOO_FAR"}' in told


@pytest.mark.parametrize("version", VERSIONS)
async def test_where_the_issuer_says_so_a_card_in_two_places_is_refused(strict: Office, version: str) -> None:
    holder = await strict.holder(language="es")
    assert await strict.desk("2.3.0").said(holder.uid, "PARIS") == "ALLOWED"
    await strict.clock.advance(seconds=1)
    heard = await strict.desk(version).ask(holder.uid, "LYON")
    assert (heard.status, heard.data["allowed"]) == (1000, "NOT_ALLOWED")
    assert "inusual" in heard.data["info"]["text"]
    latest, first = await strict.answers(holder)
    assert (latest["allowed"], latest["reason"], first["allowed"]) == ("NOT_ALLOWED", "TOO_FAR", "ALLOWED")


async def test_of_questions_at_the_same_moment_no_more_than_are_usual_are_allowed(strict: Office) -> None:
    """At two processes: each answer is kept before it is looked how often the card was asked about."""
    holder, desk = await strict.holder(), strict.desk()
    endpoints = desk.cpo.endpoints
    here = endpoints["tokens", Side.SENDER]

    async def ask(number: int) -> str:
        at = strict.other.url if number % 2 else strict.emsp.url
        endpoints["tokens", Side.SENDER] = here.replace(strict.emsp.url, at)
        return await desk.said(holder.uid, "PARIS")

    said = await asyncio.gather(*(ask(number) for number in range(20)))
    endpoints["tokens", Side.SENDER] = here
    assert said.count("ALLOWED") <= MOST
    assert len(await strict.answers(holder)) == 20
    assert len(await strict.answers(holder, allowed="ALLOWED")) == said.count("ALLOWED")


async def test_more_charges_at_once_may_be_a_mere_warning(strict: Office) -> None:
    holder = await strict.holder(at_once=1)
    await strict.desk().tell_session("RUNS", holder, location_id="PARIS")
    assert await strict.desk().said(holder.uid, "PARIS", "E9") == "ALLOWED"
    (answer,) = await strict.answers(holder)
    assert answer["warnings"] == ["TOO_MANY_AT_ONCE"]


async def test_who_is_refused_anyway_is_not_watched(strict: Office) -> None:
    holder = await strict.holder("BLOCKED")
    for _ in range(MOST + 1):
        await strict.desk().said(holder.uid, "PARIS")
    assert {each["reason"] for each in await strict.answers(holder)} == {"CONTRACT_BLOCKED"}


async def test_a_card_that_is_asked_about_all_the_time_hides_no_other(strict: Office) -> None:
    """More uses of one card than are read at once: the uses of another are still seen."""
    hot, holder = await strict.holder(), await strict.holder()
    now = strict.clock.now()
    rows = [{"_id": f"hot-{n}", "card": f"rfid/{hot.uid.lower()}", "at": now} for n in range(300)]
    await strict.emsp.foundation.mongo.collection("authorizations").insert_many(rows)
    await strict.desk().said(holder.uid, "PARIS")
    asked = [strict.desk().said(hot.uid, "LYON"), strict.desk().said(holder.uid, "LYON")]
    assert await asyncio.gather(*asked) == ["NOT_ALLOWED", "NOT_ALLOWED"]


async def test_a_filter_that_nobody_knows_is_a_mistake(office: Office) -> None:
    holder = await office.holder()
    with pytest.raises(Exception, match="/warning"):
        await office.answers(holder, warning="ODD")
