"""C-099 … C-103: what goes on at a connector, as CPOs tell it and as ours does.

Spec: 2.3.0 mod_sessions; ocpi.md 5.6.
"""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from schemas.times import parse
from tests.conformance import wire
from tests.conformance.charging import Charging, charging_on
from tests.conformance.far_side import FarSide
from tests.conformance.issuing import Issuing, issuing_on
from tests.conformance.sites import site
from tests.conformance.stages import SHARED_LOOP
from tests.conformance.versions import ALL, SINCE_2_2_1, V1
from tests.conformance.wire import LATER, period
from tests.platforms import EMSP

pytestmark = SHARED_LOOP

FIRST, SECOND, THIRD = (period(f"2026-03-01T07:{minute}:00Z", ENERGY=1) for minute in (30, 40, 50))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def issuing(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Issuing]:
    async with issuing_on(mongo_url, tmp_path_factory.mktemp("emsp")) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def charging(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Charging]:
    folder = tmp_path_factory.mktemp("cpo")
    async with charging_on(
        mongo_url, folder, sites=site("GARE", "CP-1", ["AC"]) + site("PARK", "CP-2", ["AC"])
    ) as found:
        yield found


async def told(cpo: FarSide, **changes: Any) -> str:
    """The id of a new session."""
    name = uuid.uuid4().hex
    session = wire.session(cpo.version, cpo.party, EMSP, id=name, **changes)
    heard = await cpo.push("PUT", "sessions", name, body=session)
    assert heard.http == 201, heard.body
    return name


async def periods(cpo: FarSide, name: str) -> list[str]:
    shown = await cpo.shown("sessions", name)
    return [each["start_date_time"][14:16] for each in shown.get("charging_periods", ())]


@SINCE_2_2_1
async def test_c099_a_patch_adds_charging_periods_and_a_put_has_them_all(
    issuing: Issuing, version: str
) -> None:
    cpo = issuing.cpo(version)
    name = await told(cpo, charging_periods=[FIRST])
    added = {"charging_periods": [SECOND, THIRD], "kwh": 5, "last_updated": LATER}
    assert (await cpo.push("PATCH", "sessions", name, body=added)).http == 200
    assert await periods(cpo, name) == ["30", "40", "50"]
    for change in ({"last_updated": LATER}, {"last_updated": LATER, "charging_periods": []}):
        assert (await cpo.push("PATCH", "sessions", name, body=change)).http == 200
        assert await periods(cpo, name) == ["30", "40", "50"]
    without = wire.session(version, cpo.party, EMSP, id=name, last_updated=LATER)
    assert (await cpo.push("PUT", "sessions", name, body=without)).http == 200
    assert await periods(cpo, name) == []


@SINCE_2_2_1
async def test_c100_nothing_in_a_session_has_an_address_of_its_own(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    name = await told(cpo, charging_periods=[FIRST])
    for part in ("charging_periods", "1"):
        for method, body in (("GET", None), ("PUT", SECOND), ("PATCH", {"last_updated": LATER})):
            assert (await cpo.push(method, "sessions", name, part, body=body)).http == 404
    assert await periods(cpo, name) == ["30"]


@SINCE_2_2_1
async def test_c101_a_session_begins_anew_when_it_becomes_active(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    name = await told(cpo, status="PENDING", kwh=0)
    active = {"status": "ACTIVE", "start_date_time": "2026-03-01T07:35:00Z", "last_updated": LATER}
    assert (await cpo.push("PATCH", "sessions", name, body=active)).http == 200
    shown = await cpo.shown("sessions", name)
    assert (shown["status"], shown["start_date_time"]) == ("ACTIVE", "2026-03-01T07:35:00Z")


@SINCE_2_2_1
async def test_c101_a_session_of_ours_begins_when_the_car_does(charging: Charging, version: str) -> None:
    """It is told once there is one, so none of ours is pending."""
    card = await charging.card(version)
    played = await charging.charge(card)
    last = await charging.ended(card)
    assert parse(last["start_date_time"]) == played.began_at.replace(microsecond=0)
    statuses = {each["status"] for each in charging.issuers[version].told("sessions", card)}
    assert statuses <= {"ACTIVE", "COMPLETED"}


@SINCE_2_2_1
@pytest.mark.parametrize("then", ["ACTIVE", "COMPLETED"])
async def test_c102_a_reservation_is_a_session_that_is_used_or_not(
    issuing: Issuing, version: str, then: str
) -> None:
    cpo = issuing.cpo(version)
    name = await told(cpo, status="RESERVATION", kwh=0, evse_uid="#NA", connector_id="#NA")
    assert (await cpo.shown("sessions", name))["status"] == "RESERVATION"
    change = {"status": then, "evse_uid": "E1", "end_date_time": LATER, "last_updated": LATER}
    assert (await cpo.push("PATCH", "sessions", name, body=change)).http == 200
    (kept,) = [each for each in await issuing.kept("sessions") if each["id"] == name]
    assert (kept["status"], kept["evse_uid"]) == (then, "E1")


@ALL
async def test_c103_a_session_of_ours_stays_as_it_was_when_it_was_completed(
    charging: Charging, version: str
) -> None:
    """What the station says of it later changes nothing that its issuer sees."""
    issuer, card, later = (
        charging.issuers[version],
        await charging.card(version),
        await charging.card(version),
    )
    async with charging.raw_station("CP-2") as station:
        number = await station.charge(card.uid, minutes=30, wh=5000)
        await charging.bill(card)
        completed = issuer.told("sessions", card)[-1]
        await station.stop(number, card.uid, wh=50_000)
        await station.meter(number, wh=60_000)
        await station.charge(later.uid, minutes=1, wh=100)
        await charging.bill(later)
    assert (completed["status"], completed["kwh"]) == ("COMPLETED", 5)
    assert issuer.told("sessions", card)[-1] == completed
    assert [each for each in await issuer.far.listed("sessions") if card.is_in(each)] == [completed]
    assert len(issuer.told("cdrs", card)) == 1


@ALL
async def test_c103_a_completed_session_may_be_told_again_as_it_is(issuing: Issuing, version: str) -> None:
    """Its answer may have been lost; what is older than its end comes too late."""
    cpo = issuing.cpo(version)
    end = "end_datetime" if version == V1 else "end_date_time"
    name = await told(cpo, status="COMPLETED", **{end: "2026-03-01T08:00:00Z"})
    kept = await cpo.shown("sessions", name)
    assert (await cpo.push("PUT", "sessions", name, body=kept)).http == 200
    running = wire.session(version, cpo.party, EMSP, id=name, last_updated="2026-03-01T07:59:59Z")
    assert (await cpo.push("PUT", "sessions", name, body=running)).status == 2001
    assert await cpo.shown("sessions", name) == kept
