"""What operators order, as frames that a station hears, and its answers as they are told."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest

from cpo_adapter.ocpp import orders
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.intents import NotSpoken, StationRefused
from cpo_adapter.ocpp.orders import Answer, Order
from cpo_adapter.ocpp.refusal import Refusal
from tests.cpo_adapter.door import Door, RawStation
from tests.cpo_adapter.ocpp.everything_said import AT, URL
from tests.cpo_adapter.rooms import STATION

DATE = "2026-01-01T00:00:00.000Z"
PEM = "-----BEGIN CERTIFICATE-----"
BASE = {"component": {"name": "C"}, "variable": {"name": "V"}}


async def ordered(door: Door, station: RawStation, order: Order, answer: Any) -> tuple[list[Any], Answer]:
    """The frame that an order became, and what was made of the `answer` to it."""
    async with asyncio.TaskGroup() as tasks:
        told = tasks.create_task(door.registry.order(STATION, order))
        frame = await station.hear()
        await station.say(json.dumps([3, frame[1], answer]))
    return frame[2:], told.result()


IN_1_6: list[tuple[Order, str, dict[str, Any]]] = [
    (orders.Reset(is_hard=True), "Reset", {"type": "Hard"}),
    (orders.Reset(), "Reset", {"type": "Soft"}),
    (
        orders.SetAvailability(is_operative=False, outlet=Outlet(2)),
        "ChangeAvailability",
        {"connectorId": 2, "type": "Inoperative"},
    ),
    (orders.Trigger("Heartbeat"), "TriggerMessage", {"requestedMessage": "Heartbeat"}),
    (
        orders.Trigger("LogStatusNotification"),
        "ExtendedTriggerMessage",
        {"requestedMessage": "LogStatusNotification"},
    ),
    (orders.ReadSettings(), "GetConfiguration", {}),
    (orders.WriteSetting("K", "v"), "ChangeConfiguration", {"key": "K", "value": "v"}),
    (orders.SendDiagnostics(URL, since=AT), "GetDiagnostics", {"location": URL, "startTime": DATE}),
    (orders.UpdateFirmware(5, URL, AT), "UpdateFirmware", {"location": URL, "retrieveDate": DATE}),
    (
        orders.UpdateFirmware(5, URL, AT, AT, PEM, "c2ln"),
        "SignedUpdateFirmware",
        {
            "requestId": 5,
            "firmware": {
                "location": URL,
                "retrieveDateTime": DATE,
                "installDateTime": DATE,
                "signingCertificate": PEM,
                "signature": "c2ln",
            },
        },
    ),
    (
        orders.SendLog(5, URL, orders.LogKind.SECURITY, until=AT),
        "GetLog",
        {
            "requestId": 5,
            "logType": "SecurityLog",
            "log": {"remoteLocation": URL, "latestTimestamp": DATE},
        },
    ),
]
IN_2: list[tuple[Order, str, dict[str, Any]]] = [
    (orders.Reset(is_hard=True, evse=2), "Reset", {"type": "Immediate", "evseId": 2}),
    (orders.SetAvailability(is_operative=True), "ChangeAvailability", {"operationalStatus": "Operative"}),
    (
        orders.SetAvailability(is_operative=True, outlet=Outlet(2, 0)),
        "ChangeAvailability",
        {"operationalStatus": "Operative", "evse": {"id": 2}},
    ),
    (
        orders.Trigger("StatusNotification", Outlet(1, 0)),
        "TriggerMessage",
        {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}},
    ),
    (
        orders.ReadSettings(("C.V", "C[i]#1:2.V[j]")),
        "GetVariables",
        {
            "getVariableData": [
                BASE,
                {
                    "component": {"name": "C", "instance": "i", "evse": {"id": 1, "connectorId": 2}},
                    "variable": {"name": "V", "instance": "j"},
                },
            ]
        },
    ),
    (
        orders.WriteSetting("C.V", "v"),
        "SetVariables",
        {"setVariableData": [{**BASE, "attributeValue": "v"}]},
    ),
    (
        orders.ReportAll(5, orders.Inventory.SUMMARY),
        "GetBaseReport",
        {"requestId": 5, "reportBase": "SummaryInventory"},
    ),
    (orders.ReportSome(5, ("C.V",)), "GetReport", {"requestId": 5, "componentVariable": [BASE]}),
    (
        orders.UpdateFirmware(5, URL, AT),
        "UpdateFirmware",
        {"requestId": 5, "firmware": {"location": URL, "retrieveDateTime": DATE}},
    ),
    (
        orders.Customer(5, "CARD", is_reported=False, is_erased=True),
        "CustomerInformation",
        {
            "requestId": 5,
            "report": False,
            "clear": True,
            "idToken": {"idToken": "CARD", "type": "ISO14443"},
        },
    ),
    (
        orders.Monitor("C.V", "Delta", Decimal("0.5"), 3),
        "SetVariableMonitoring",
        {"setMonitoringData": [{**BASE, "type": "Delta", "value": 0.5, "severity": 3}]},
    ),
    (
        orders.TellCost("T", Decimal("12.30")),
        "CostUpdated",
        {"transactionId": "T", "totalCost": 12.3},
    ),
]


async def test_a_station_of_1_6_hears_orders_in_its_own_words(door: Door) -> None:
    async with door.booted() as station:
        for order, action, payload in IN_1_6:
            frame, answer = await ordered(door, station, order, {"status": "Accepted"})
            assert frame == [action, payload]
            assert answer.is_accepted


@pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
async def test_a_station_of_2_x_hears_orders_in_its_own_words(door: Door, version: str) -> None:
    async with door.booted(version) as station:
        for order, action, payload in IN_2:
            assert (await ordered(door, station, order, {}))[0] == [action, payload]


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
async def test_a_vendors_own_data_go_and_come_as_they_are(door: Door, version: str) -> None:
    """No key of it is respelled: `socialSecurity`, `EVSEId`, `assoc`; no null is dropped (B-109, L-16)."""
    strange = {"socialSecurity": None, "EVSEId": [{"snake_case": 1}], "assoc": {"v2x": True}}
    data = json.dumps(strange) if version == "ocpp1.6" else strange
    async with door.booted(version) as station:
        order = orders.Transfer("com.example", "Hello", data)  # type: ignore[arg-type]
        frame, answer = await ordered(door, station, order, {"status": "Accepted", "data": data})
    assert frame == ["DataTransfer", {"vendorId": "com.example", "messageId": "Hello", "data": data}]
    assert answer.told["data"] == data


@pytest.mark.parametrize(
    ("version", "order", "error"),
    [
        ("ocpp1.6", orders.WriteSetting("K", "v" * 501), Refusal),
        ("ocpp1.6", orders.Trigger("Nonsense"), Refusal),
        ("ocpp1.6", orders.ReportAll(5), NotSpoken),
        ("ocpp1.6", orders.Reset(evse=1), NotSpoken),
        ("ocpp2.0.1", orders.SendDiagnostics(URL), NotSpoken),
        ("ocpp2.0.1", orders.ReadSettings(("HeartbeatInterval",)), ValueError),
        ("ocpp2.0.1", orders.SetMonitoringBase("None"), Refusal),
        ("ocpp2.0.1", orders.ShowMessage(1, "x" * 513), Refusal),
    ],
)
async def test_what_does_not_fit_is_never_sent(
    door: Door, version: str, order: Order, error: type[Exception]
) -> None:
    async with door.booted(version) as station:
        with pytest.raises(error):
            await door.registry.order(STATION, order)
        assert await station.hears_nothing()


async def test_a_station_that_does_not_know_an_order_is_told_of(door: Door) -> None:
    async with door.booted() as station, asyncio.TaskGroup() as tasks:
        told = tasks.create_task(refused(door))
        frame = await station.hear()
        await station.say(json.dumps([4, frame[1], "NotImplemented", "", {}]))
    assert told.result() == "NotImplemented"


async def refused(door: Door) -> str:
    with pytest.raises(StationRefused) as caught:
        await door.registry.order(STATION, orders.ForgetCards())
    return str(caught.value)
