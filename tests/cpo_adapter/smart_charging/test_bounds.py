"""Profiles at stations that cannot keep them as they are, and schedules that say little, in every version.

ocpp.md §5 ChargingProfiles; B-105, B-106.
"""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.cpo_adapter.commands.ordering import Ordering, Service, later
from tests.cpo_adapter.door import RawStation
from tests.fakes.eventually import eventually
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP

THERE = {"location_id": "PARC", "evse_uid": "CP-4-1", "connector_id": "1"}
STEPS: dict[str, Any] = {
    "charging_rate_unit": "A",
    "charging_profile_period": [
        {"start_period": 0, "limit": Decimal("16.04")},
        {"start_period": 600, "limit": 10},
        {"start_period": 1200, "limit": 6},
        {"start_period": 1800, "limit": 32},
    ],
}


@pytest.fixture(params=["1.6", "2.0.1", "2.1"])
def ocpp(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def orders(service: Service) -> AsyncIterator[Ordering]:
    """No station comes but the one that says what a test wants said."""
    async with service.share(are_there=False) as orders:
        yield orders


async def charging_at(orders: Ordering, station: RawStation, ocpp: str) -> str:
    """The id of a session at CP-4 that runs."""
    if ocpp == "1.6":
        return (await orders.charging_at(station))[0]
    url = await orders.accepted("START_SESSION", token=orders.token(), **THERE)
    asked = await station.hear()
    await station.socket.send_json([3, asked[1], {"status": "Accepted"}])
    await orders.result(url)
    event = {
        "eventType": "Started",
        "timestamp": later(),
        "triggerReason": "RemoteStart",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "T-1", "remoteStartId": asked[3]["remoteStartId"]},
    }
    await station.call("TransactionEvent", event)
    return str((await orders.session())["id"])


def bounds(ocpp: str, unit: str, periods: str) -> tuple[str, dict[str, Any]]:
    """The question for them, and an answer."""
    if ocpp == "1.6":
        keys = {
            "ChargingScheduleAllowedChargingRateUnit": {"A": "Current", "W": "Power"}[unit],
            "ChargingScheduleMaxPeriods": periods,
            "ChargeProfileMaxStackLevel": "0",
        }
        told = [{"key": key, "readonly": True, "value": value} for key, value in keys.items()]
        return "GetConfiguration", {"configurationKey": told}
    variables = {"RateUnit": unit, "PeriodsPerSchedule": periods, "ProfileStackLevel": "0"}
    results = [
        {
            "attributeStatus": "Accepted",
            "attributeValue": value,
            "component": {"name": "SmartChargingCtrlr"},
            "variable": {"name": name},
        }
        for name, value in variables.items()
    ]
    return "GetVariables", {"getVariableResult": results}


async def answer(station: RawStation, action: str, payload: dict[str, Any]) -> Any:
    """What the station is asked next, and answers so."""
    asked = await station.hear()
    assert asked[2] == action
    await station.socket.send_json([3, asked[1], payload])
    return asked[3]


def schedule_in(set_profile: Any) -> Any:
    if "csChargingProfiles" in set_profile:
        return set_profile["csChargingProfiles"]["chargingSchedule"]
    return set_profile["chargingProfile"]["chargingSchedule"][0]


async def test_a_profile_is_made_what_the_station_can_keep(orders: Ordering, ocpp: str) -> None:
    """Watts alone and two periods: 16.04 A are 11 067.6 W on three phases, the rest is 6 A (B-105, L-17).

    It is asked once for each connection.
    """
    async with orders.raw_station(ocpp) as station:
        session_id = await charging_at(orders, station, ocpp)
        _, url = await orders.profile("PUT", session_id, charging_profile=STEPS)
        await answer(station, *bounds(ocpp, "W", "2"))
        sent = schedule_in(await answer(station, "SetChargingProfile", {"status": "Accepted"}))
        result = await orders.result(url)
        await answer(station, "GetCompositeSchedule", {"status": "Rejected"})
        _, url = await orders.profile("PUT", session_id, charging_profile=STEPS)
        await answer(station, "SetChargingProfile", {"status": "Rejected"})
        refused = await orders.result(url)

    assert sent["chargingRateUnit"] == "W"
    assert sent["chargingSchedulePeriod"] == [
        {"startPeriod": 0, "limit": 11067.6},
        {"startPeriod": 600, "limit": 4140.0},
    ]
    assert (result, refused) == ({"result": "ACCEPTED"}, {"result": "REJECTED"})


async def test_a_station_that_tells_no_bounds_is_sent_what_was_wanted(orders: Ordering, ocpp: str) -> None:
    """Cut to tenths all the same (L-17)."""
    async with orders.raw_station(ocpp) as station:
        session_id = await charging_at(orders, station, ocpp)
        _, url = await orders.profile("PUT", session_id, charging_profile=STEPS)
        asked = await station.hear()
        await station.socket.send_json([4, asked[1], "NotImplemented", "", {}])
        sent = schedule_in(await answer(station, "SetChargingProfile", {"status": "Rejected"}))
        await orders.result(url)

    assert sent["chargingRateUnit"] == "A"
    assert [each["limit"] for each in sent["chargingSchedulePeriod"]] == [16.0, 10.0, 6.0, 32.0]


async def test_a_schedule_that_says_little_is_no_limit_or_no_answer(orders: Ordering, ocpp: str) -> None:
    """A limit of -1, nothing at all, a refusal, an error (B-106)."""
    async with orders.raw_station(ocpp) as station:
        session_id = await charging_at(orders, station, ocpp)
        unlimited = [await shown(orders, station, session_id, _told(ocpp, each)) for each in (-1, None)]
        refused = await shown(orders, station, session_id, {"status": "Rejected"})
        _, url = await orders.profile("GET", session_id, duration="900")
        asked = await station.hear()
        await station.socket.send_json([4, asked[1], "NotImplemented", "", {}])
        failed = await orders.result(url)

    assert [each["result"] for each in unlimited] == ["ACCEPTED"] * 2
    assert [each["profile"]["charging_profile"].get("charging_profile_period", []) for each in unlimited] == [
        [],
        [],
    ]
    assert refused == failed == {"result": "REJECTED"}


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("NotifyChargingLimit", {"chargingLimit": {"chargingLimitSource": "EMS"}, "evseId": 1}),
        ("ClearedChargingLimit", {"chargingLimitSource": "EMS", "evseId": 1}),
    ],
)
async def test_another_limit_of_the_stations_is_told_to_whoever_limits_there(
    orders: Ordering, action: str, told: dict[str, Any]
) -> None:
    """Of the grid's or the site's, which comes on top, or does so no more."""
    async with orders.raw_station("2.0.1") as station:
        session_id = await charging_at(orders, station, "2.0.1")
        _, url = await orders.profile("PUT", session_id, charging_profile=STEPS)
        await answer(station, *bounds("2.0.1", "A", "8"))
        await answer(station, "SetChargingProfile", {"status": "Accepted"})
        await answer(station, "GetCompositeSchedule", _told("2.0.1", 11_000))
        await orders.result(url)
        await eventually(lambda: len(orders.limits(session_id)) == 1)
        await station.call(action, told)
        await answer(station, "GetCompositeSchedule", _told("2.0.1", 4_000))
        await eventually(lambda: len(orders.limits(session_id)) == 2)

    last = orders.limits(session_id)[-1]
    assert last["charging_profile_period"] == [{"start_period": 0, "limit": 4000}]


async def shown(orders: Ordering, station: RawStation, session_id: str, told: dict[str, Any]) -> Any:
    _, url = await orders.profile("GET", session_id, duration="900")
    await answer(station, "GetCompositeSchedule", told)
    return await orders.result(url)


def _told(ocpp: str, limit: int | None) -> dict[str, Any]:
    """What GetCompositeSchedule is answered with."""
    periods = [] if limit is None else [{"startPeriod": 0, "limit": limit, "numberPhases": -1}]
    schedule = {"duration": 900, "chargingRateUnit": "W", "chargingSchedulePeriod": periods}
    if ocpp == "1.6":
        return {"status": "Accepted", "connectorId": 1, "chargingSchedule": schedule}
    return {"status": "Accepted", "schedule": {**schedule, "evseId": 1, "scheduleStart": later()}}
