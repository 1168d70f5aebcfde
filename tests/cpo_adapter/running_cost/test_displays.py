"""What a station that can show it is told of costs, in each version of OCPP, over real sockets.

The tariff is 0.40 EUR per kWh and 20 % VAT: 11 kWh come to 5.28.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cpo_adapter.running_cost import display
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.sessions.charging import STATIONS, Charging, running_charging
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago, charge, start, stop
from tests.cpo_adapter.sessions.test_from_tap_to_bill_v2 import charge as events
from tests.fakes.eventually import PATIENCE_S, eventually

VENDOR = "org.openchargealliance.costmsg"


@pytest.fixture
async def showing(mongo: Mongo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Charging]:
    """The station has a display, which is looked after often."""
    monkeypatch.setattr(display, "EVERY_S", 0.05)
    stations = STATIONS.replace('identity = "CP-1"', 'identity = "CP-1"\nshows_cost = true')
    async with running_charging(mongo, tmp_path, stations=stations, whitelist="ALLOWED") as charging:
        yield charging


async def shown(station: RawStation, answer: dict[str, Any]) -> tuple[str, Any]:
    """What the station is told next: the action, and the payload or what is written in it."""
    frame = await station.hear()
    await station.socket.send_json([3, frame[1], answer])
    assert frame[0] == 2
    if frame[2] != "DataTransfer":
        return frame[2], frame[3]
    assert frame[3]["vendorId"] == VENDOR
    return frame[3]["messageId"], json.loads(frame[3]["data"])


async def test_1_6_is_told_price_running_cost_and_final_cost(showing: Charging) -> None:
    async with showing.station() as station:
        number = (await station.call("StartTransaction", start(ago(60))))[2]["transactionId"]
        price = await shown(station, {"status": "Accepted"})
        first = await shown(station, {"status": "Accepted"})
        register = {"timestamp": ago(30), "sampledValue": [{"value": "6000"}]}
        await station.call(
            "MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [register]}
        )
        running = await shown(station, {"status": "Accepted"})
        await station.call("StopTransaction", stop(number, ago(0), 12_000))
        final = await shown(station, {"status": "Accepted"})

    assert price == ("SetUserPrice", {"idToken": "04E2A1B2C3", "priceText": "0.48 EUR/kWh"})
    assert (first[0], first[1]["cost"]) == ("RunningCost", 0)
    assert running[0] == "RunningCost"
    assert {**running[1], "timestamp": ""} == {
        "transactionId": number,
        "cost": 2.4,
        "timestamp": "",
        "meterValue": 6000,
        "state": "Charging",
        "chargingPrice": {"kWhPrice": 0.48},
    }
    assert final == ("FinalCost", {"transactionId": number, "cost": 5.28, "priceText": "5.28 EUR for 11 kWh"})


async def test_1_6_without_the_extension_is_left_alone(showing: Charging) -> None:
    """It says so once; a bill is made all the same."""
    async with showing.station() as station:
        number = (await station.call("StartTransaction", start(ago(60))))[2]["transactionId"]
        told = [(await shown(station, {"status": "UnknownVendorId"}))[0] for _ in range(2)]
        answer = await station.call("StopTransaction", stop(number, ago(0), 12_000))
        await eventually(showing.bills)

        assert await station.hears_nothing()
    assert told == ["SetUserPrice", "RunningCost"]
    assert answer[0] == 3


@pytest.mark.parametrize(
    ("protocol", "totals"),
    [("ocpp2.0.1", [None, None, None, None, 5.28]), ("ocpp2.1", [None, 1.44, 2.88, 5.28, 5.28])],
)
async def test_2_x_is_told_the_running_cost_and_answered_with_the_total(
    showing: Charging, protocol: str, totals: list[Any]
) -> None:
    """In 2.0.1 the answer has a total at the end alone."""
    answers: list[Any] = []
    costs: list[Any] = []
    async with showing.station(protocol) as station:
        for event in events():
            answers.append((await _answered(station, event, costs)).get("totalCost"))
            if event["seqNo"] == 3:
                await _hear_until(station, costs, 5.28)
        assert await station.hears_nothing()

    assert answers == totals
    assert {each["transactionId"] for each in costs} == {"T-1"}
    assert [each["totalCost"] for each in costs][-1] == 5.28


async def _answered(station: RawStation, event: dict[str, Any], costs: list[Any]) -> Any:
    """The answer to an event; costs may be told before it comes."""
    await station.say(json.dumps([2, f"e{event['seqNo']}", "TransactionEvent", event]))
    while (frame := await station.hear())[0] != 3:
        await _take(station, frame, costs)
    return frame[2]


async def _hear_until(station: RawStation, costs: list[Any], total: float) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not costs or costs[-1]["totalCost"] != total:
            await _take(station, await station.hear(), costs)


async def _take(station: RawStation, frame: list[Any], costs: list[Any]) -> None:
    assert frame[2] == "CostUpdated"
    costs.append(frame[3])
    await station.socket.send_json([3, frame[1], {}])


async def test_a_station_without_a_display_hears_nothing(
    mongo: Mongo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display, "EVERY_S", 0.05)
    async with running_charging(mongo, tmp_path) as charging, charging.station() as station:
        await charge(station)
        await eventually(charging.bills)

        assert await station.hears_nothing()
