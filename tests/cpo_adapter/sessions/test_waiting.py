"""How soon a bill leaves, how often a session is told, and how long what is missing is waited for."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from cpo_adapter.sessions.publisher import LONGEST_PAUSE_S
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.sessions.charging import UID
from tests.cpo_adapter.sessions.test_from_tap_to_bill_v2 import CARD, EVSE
from tests.cpo_adapter.sessions.yard import Place, Yard, running_yard
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP

CLOCK = ManualClock()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def yard(mongo_of_file: Mongo, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Yard]:
    folder = tmp_path_factory.mktemp("cpo")
    async with running_yard(mongo_of_file, folder, clock=CLOCK) as running:
        yield running


def now(minutes_ago: float = 0) -> str:
    return (CLOCK.now() - timedelta(minutes=minutes_ago)).isoformat()


async def begin(station: RawStation) -> int:
    told = {"connectorId": 1, "idTag": UID, "meterStart": 1000, "timestamp": now()}
    return int((await station.call("StartTransaction", told))[2]["transactionId"])


async def read(station: RawStation, number: int, value: int) -> None:
    block = {"timestamp": now(), "sampledValue": [{"value": str(value)}]}
    told = {"connectorId": 1, "transactionId": number, "meterValue": [block]}
    assert (await station.call("MeterValues", told))[2] == {}


async def until_heard(place: Place, condition: Any) -> datetime:
    """When, by the clock that stands still unless it is moved a second."""
    for _ in range(120):
        if condition():
            return CLOCK.now()
        await CLOCK.advance(seconds=1)
    raise AssertionError(f"not heard: {place.sessions()[-1:]} {place.bills()}")


async def test_a_complete_charge_is_billed_within_a_minute_of_its_stop(place: Place) -> None:
    async with place.line() as station:
        number = await begin(station)
        await CLOCK.leap(hours=1)
        stopped_at = CLOCK.now()
        await station.call(
            "StopTransaction", {"transactionId": number, "meterStop": 9000, "timestamp": now()}
        )
        billed_at = await until_heard(place, place.bills)

    assert billed_at - stopped_at < timedelta(seconds=60)


async def test_a_session_is_told_within_five_minutes_while_energy_changes(place: Place) -> None:
    async with place.line() as station:
        number = await begin(station)
        for minutes in range(1, 20, 4):
            await CLOCK.leap(minutes=4)
            read_at = CLOCK.now()
            await read(station, number, 1000 + 100 * minutes)
            kwh = minutes / 10
            heard_at = await until_heard(
                place, lambda kwh=kwh: place.sessions() and place.sessions()[-1]["kwh"] == kwh
            )
            assert heard_at - read_at < timedelta(minutes=1)
        await station.call(
            "StopTransaction", {"transactionId": number, "meterStop": 9000, "timestamp": now()}
        )
        await until_heard(place, place.bills)


async def passed(hours: float) -> None:
    """Whoever looks around does so, and what follows is done."""
    await CLOCK.leap(hours=hours)
    await CLOCK.advance(seconds=LONGEST_PAUSE_S + 1)  # the leap may have come in the middle of a turn


async def test_a_station_that_never_comes_back_is_billed_three_days_after_it_was_heard(place: Place) -> None:
    """(B-78): 48 hours of silence, then 24 hours in which an end may still come."""
    async with place.line() as station:
        number = await begin(station)
        await CLOCK.leap(minutes=30)
        await read(station, number, 6000)
    await passed(47)
    assert (await place.transactions())[0]["outcome"] is None
    await passed(1.1)
    (held,) = await place.settled()
    assert (held["outcome"], held["reason"]) == ("HELD", "the station never told its end")
    assert held["held_wh"] == 5000
    await passed(23)
    assert place.bills() == []
    await passed(1.1)
    await until_heard(place, place.bills)

    (bill,) = place.bills()
    assert (bill["total_energy"], bill["total_time"]) == (5, 0.5)
    assert bill["remark"] == "the station never told its end"


async def test_a_stop_that_comes_while_the_bill_is_held_is_billed_at_once(place: Place) -> None:
    """(B-78): corrected before anything was sent."""
    async with place.line() as station:
        number = await begin(station)
    await passed(48.1)
    assert (await place.settled())[0]["outcome"] == "HELD"
    async with place.line() as station:
        told = {"transactionId": number, "meterStop": 9000, "timestamp": now(60)}
        await station.call("StopTransaction", told)
        await until_heard(place, place.bills)

    assert [bill["total_energy"] for bill in place.bills()] == [8]


def event(kind: str, seq: int, wh: int, **more: Any) -> dict[str, Any]:
    told = {
        "eventType": kind,
        "timestamp": now(),
        "triggerReason": "MeterValuePeriodic",
        "seqNo": seq,
        "transactionInfo": {"transactionId": "T-1"},
        "meterValue": [{"timestamp": now(), "sampledValue": [{"value": wh}]}],
    }
    return told | more


async def gap(place: Place) -> None:
    async with place.line("ocpp2.0.1") as station:
        await station.call("TransactionEvent", event("Started", 0, 1000, evse=EVSE, idToken=CARD))
        await CLOCK.leap(hours=1)
        await station.call("TransactionEvent", event("Ended", 2, 9000))


async def test_a_gap_of_a_station_that_is_away_holds_the_bill_for_a_day(place: Place) -> None:
    """(B-85) (B-86)."""
    await gap(place)
    await passed(23)
    (held,) = await place.settled()
    assert (held["outcome"], place.bills()) == ("HELD", [])
    await passed(1.1)
    await until_heard(place, place.bills)

    assert "events missing" in place.bills()[0]["remark"]


async def test_a_gap_is_asked_about_when_the_station_returns(place: Place) -> None:
    """(B-85)."""
    await gap(place)
    await passed(2)
    async with place.line("ocpp2.0.1") as station:
        await CLOCK.advance(seconds=11)
        asked = await station.hear()
        assert asked[2:] == ["GetTransactionStatus", {"transactionId": "T-1"}]
        await station.say(json.dumps([3, asked[1], {"messagesInQueue": False}]))
        await until_heard(place, place.bills)
    await eventually(place.bills)
