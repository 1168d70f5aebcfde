"""Charging profiles, from an eMSP's order to a station's schedule and back.

Cases C-128, C-129; B-105, B-106.
"""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cpo_adapter.smart_charging import watching
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.commands.ordering import OTHER, Ordering, later, ordering
from tests.cpo_adapter.door import RawStation
from tests.fakes.eventually import eventually
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP

LIMITED: dict[str, Any] = {
    "charging_rate_unit": "A",
    "duration": 1800,
    "charging_profile_period": [{"start_period": 0, "limit": 16}, {"start_period": 600, "limit": 10}],
}


@pytest.fixture
async def watchful(mongo: Mongo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ordering]:
    """At a CPO of its own, which looks at limits often."""
    monkeypatch.setattr(watching, "EVERY_S", 0.05)
    async with ordering(mongo, tmp_path) as running:
        yield running


async def limited(orders: Ordering) -> str:
    session_id = await orders.charging()
    result = await orders.profiled("PUT", session_id, charging_profile=LIMITED)
    assert result == {"result": "ACCEPTED"}
    return session_id


async def answer(station: RawStation, action: str, payload: dict[str, Any]) -> None:
    """What the station is asked next."""
    asked = await station.hear()
    assert asked[2] == action
    await station.socket.send_json([3, asked[1], payload])


def told_schedule(amperes: int) -> dict[str, Any]:
    """For the next hour."""
    periods = [{"startPeriod": 0, "limit": amperes}]
    schedule = {"duration": 3600, "chargingRateUnit": "A", "chargingSchedulePeriod": periods}
    return {"status": "Accepted", "connectorId": 1, "scheduleStart": later(), "chargingSchedule": schedule}


async def test_a_limit_is_set_shown_and_cleared(orders: Ordering) -> None:
    session_id = await limited(orders)
    shown = await orders.profiled("GET", session_id, duration="900")
    cleared = await orders.profiled("DELETE", session_id)
    nothing_left = await orders.profiled("DELETE", session_id)
    unlimited = await orders.profiled("GET", session_id, duration="900")

    profile = shown["profile"]["charging_profile"]
    assert shown["result"] == "ACCEPTED"
    assert (profile["charging_rate_unit"], profile["duration"]) == ("A", 900)
    assert profile["charging_profile_period"] == LIMITED["charging_profile_period"]
    assert (cleared, nothing_left) == ({"result": "ACCEPTED"}, {"result": "UNKNOWN"})
    assert unlimited["profile"]["charging_profile"].get("charging_profile_period", []) == []


async def test_whoever_set_a_limit_hears_what_the_station_makes_of_it(orders: Ordering) -> None:
    """C-128."""
    session_id = await orders.charging()
    await orders.profiled("GET", session_id, duration="900")
    assert orders.limits(session_id) == []
    await orders.profiled("PUT", session_id, charging_profile=LIMITED)
    await eventually(lambda: len(orders.limits(session_id)) == 1)
    await orders.profiled("DELETE", session_id)
    await eventually(lambda: len(orders.limits(session_id)) == 2)

    first, second = orders.limits(session_id)
    assert first["charging_profile_period"] == LIMITED["charging_profile_period"]
    assert second.get("charging_profile_period", []) == []


async def test_a_limit_that_the_station_refused_is_no_limit(orders: Ordering) -> None:
    """C-128: then there is nothing to be told of."""
    async with orders.raw_station() as station:
        session_id, number = await orders.charging_at(station)
        finer = {**LIMITED, "charging_profile_period": [{"start_period": 0, "limit": Decimal("16.08")}]}
        _, url = await orders.profile("PUT", session_id, charging_profile=finer)
        await answer(station, "GetConfiguration", {})
        asked = await station.hear()
        await station.socket.send_json([3, asked[1], {"status": "Rejected"}])
        result = await orders.result(url)
        assert await station.hears_nothing()

    sent = asked[3]["csChargingProfiles"]
    assert asked[2] == "SetChargingProfile"
    assert (sent["transactionId"], sent["chargingProfilePurpose"]) == (number, "TxProfile")
    assert sent["chargingProfileKind"] == "Absolute"
    assert sent["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 16.0}]
    assert result == {"result": "REJECTED"}
    assert orders.limits(session_id) == []


@pytest.mark.asyncio(loop_scope="function")
async def test_while_it_is_limited_what_changes_at_the_station_is_told(watchful: Ordering) -> None:
    """A limit of the site's may come on top; after the session nobody asks any more."""
    async with watchful.raw_station() as station:
        session_id, number = await watchful.charging_at(station)
        await watchful.profile("PUT", session_id, charging_profile=LIMITED)
        await answer(station, "GetConfiguration", {})
        await answer(station, "SetChargingProfile", {"status": "Accepted"})
        for amperes in (16, 16, 8):
            await answer(station, "GetCompositeSchedule", told_schedule(amperes))
        stop = {"transactionId": number, "meterStop": 5, "timestamp": later()}
        await station.say(json.dumps([2, "stop", "StopTransaction", stop]))
        while (frame := await station.hear())[1] != "stop":
            await station.socket.send_json([3, frame[1], told_schedule(8)])
        await watchful.session("COMPLETED")

        assert await station.hears_nothing()
    told = [each["charging_profile_period"] for each in watchful.limits(session_id)]
    assert told == [[{"start_period": 0, "limit": 16}], [{"start_period": 0, "limit": 8}]]


async def test_only_so_much_is_asked_of_a_station(orders: Ordering) -> None:
    """C-129."""
    session_id = await orders.charging()
    answers = [(await orders.profile("GET", session_id, duration="60"))[0].data["result"] for _ in range(8)]

    assert answers == ["ACCEPTED"] * 6 + ["TOO_OFTEN"] * 2


async def test_a_session_that_is_not_there_is_unknown(orders: Ordering) -> None:
    heard, _ = await orders.profile("PUT", "S-9", charging_profile=LIMITED)

    assert (heard.status, heard.data) == (1000, {"result": "UNKNOWN_SESSION", "timeout": 0})


@pytest.mark.parametrize(
    "periods",
    [
        [],
        [{"start_period": 60, "limit": 10}],
        [{"start_period": 0, "limit": 10}, {"start_period": 0, "limit": 6}],
        [{"start_period": 0, "limit": -1}],
    ],
    ids=["none", "not from 0", "out of order", "negative"],
)
async def test_a_profile_that_makes_no_sense_is_a_mistake(orders: Ordering, periods: list[Any]) -> None:
    session_id = await orders.charging()
    profile = {**LIMITED, "charging_profile_period": periods}
    heard, _ = await orders.profile("PUT", session_id, charging_profile=profile)

    assert heard.status == 2001
    assert "/charging_profile/charging_profile_period" in heard.envelope["status_message"]


async def test_the_address_of_the_result_is_the_partners_own(orders: Ordering) -> None:
    session_id = await orders.charging()
    heard, _ = await orders.profile("DELETE", session_id, url=f"http://{OTHER.party_id}.example/x")

    assert heard.status == 2001


@pytest.mark.parametrize("duration", ["0", "-5", "soon", "9999999999"])
async def test_a_duration_is_a_number_of_seconds(orders: Ordering, duration: str) -> None:
    heard, _ = await orders.profile("GET", "S-9", duration=duration)

    assert heard.status == 2001
