"""Every message a 1.6 station may begin: the fact it becomes, and the answer.

ocpp.md §6.1; B-39, B-40, B-44, B-45, B-46, B-77, B-109.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.v16.enums import Action

from cpo_adapter.ocpp.events import (
    STATION as WHOLE_STATION,
)
from cpo_adapter.ocpp.events import (
    Booted,
    ConnectorStatus,
    FirmwareProgressed,
    MeterRead,
    Noticed,
    Outlet,
    Progressed,
    StatusChanged,
    TransactionBegan,
    TransactionEnded,
)
from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus, Registration
from tests.cpo_adapter.door import Door
from tests.cpo_adapter.rooms import STATION

BOOT = {
    "chargePointVendor": "Vendor",
    "chargePointModel": "Model",
    "chargePointSerialNumber": "S1",
    "firmwareVersion": "1.0",
}
START = {"connectorId": 2, "idTag": "CARD", "meterStart": 100, "timestamp": "2026-01-01T08:00:00+02:00"}
STOP = {
    "transactionId": 7,
    "idTag": "CARD",
    "meterStop": 900,
    "timestamp": "2026-01-01T07:00:00Z",
    "reason": "EVDisconnected",
}
STATUS = {
    "connectorId": 1,
    "errorCode": "NoError",
    "status": "SuspendedEV",
    "timestamp": "2026-01-01T06:00:00Z",
}
NOW = timedelta(seconds=30)


async def test_a_boot_is_told_and_answered_with_the_time_and_an_interval(door: Door) -> None:
    """Z and milliseconds, and an interval of 300 (B-45, B-46)."""
    async with door.connect() as station:
        answer = await station.call("BootNotification", BOOT)

    (event,) = door.stations.events
    assert isinstance(event, Booted)
    assert (event.vendor, event.model, event.serial, event.firmware) == ("Vendor", "Model", "S1", "1.0")
    assert (answer[2]["status"], answer[2]["interval"]) == ("Accepted", 300)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer[2]["currentTime"])
    assert abs(datetime.fromisoformat(answer[2]["currentTime"]) - datetime.now(UTC)) < NOW  # noqa: TID251


async def test_texts_that_are_too_long_or_empty_do_not_keep_a_station_from_booting(door: Door) -> None:
    """B-44, L-15."""
    odd = BOOT | {
        "chargeBoxSerialNumber": "x" * 34,
        "chargePointVendor": "v" * 50,
        "iccid": "",
        "imsi": None,
        "more": 1,
    }
    async with door.connect() as station:
        assert (await station.call("BootNotification", odd))[2]["status"] == "Accepted"


async def test_a_boot_without_its_vendor_is_a_protocol_error(door: Door) -> None:
    async with door.connect() as station:
        answer = await station.call("BootNotification", {"chargePointModel": "M"})

    assert answer[:3] == [4, "m1", "ProtocolError"]
    assert not door.stations.events


async def test_before_it_is_accepted_a_station_may_only_boot_and_deliver_transactions(door: Door) -> None:
    """B-39."""
    door.stations.registration = Registration.PENDING
    async with door.connect() as station:
        assert (await station.call("BootNotification", BOOT))[2]["status"] == "Pending"
        for action, payload in (
            ("Heartbeat", {}),
            ("StatusNotification", STATUS),
            ("Authorize", {"idTag": "C"}),
        ):
            assert (await station.call(action, payload))[2] == "SecurityError"
        assert (await station.call("StartTransaction", START))[0] == 3
        assert (await station.call("StopTransaction", STOP))[0] == 3
    assert [each.action for each in door.messages.kept] == ["StartTransaction", "StopTransaction"]


async def test_a_station_that_was_accepted_once_need_not_boot_again(door: Door) -> None:
    """B-40."""
    async with door.connect() as station:
        await station.call("BootNotification", BOOT)
    async with door.connect() as station:
        assert (await station.call("StatusNotification", STATUS))[0] == 3


async def test_a_status_is_told_with_the_stations_own_time(door: Door) -> None:
    async with door.booted() as station:
        assert (await station.call("StatusNotification", STATUS))[2] == {}

    (event,) = door.stations.events
    assert isinstance(event, StatusChanged)
    assert (event.outlet, event.status) == (Outlet(1), ConnectorStatus.SUSPENDED_EV)
    assert event.at == datetime(2026, 1, 1, 6, tzinfo=UTC)


async def test_connector_0_is_the_station_and_a_status_without_time_is_of_now(door: Door) -> None:
    status = {"connectorId": 0, "errorCode": "VendorSpecial", "status": "Faulted"}
    async with door.booted() as station:
        await station.call("StatusNotification", status)

    (event,) = door.stations.events
    assert isinstance(event, StatusChanged)
    assert (event.outlet, event.error_code) == (WHOLE_STATION, "VendorSpecial")
    assert event.at == event.origin.received_at


async def test_a_status_that_nobody_knows_is_refused(door: Door) -> None:
    async with door.booted() as station:
        answer = await station.call("StatusNotification", STATUS | {"status": "Sleeping"})

    assert answer[2] == "PropertyConstraintViolation"
    assert not door.stations.events


async def test_an_authorization_is_asked_for_and_told(door: Door) -> None:
    door.cards.answer = CardAnswer(CardStatus.BLOCKED, datetime(2026, 2, 1, tzinfo=UTC), "FLEET")
    async with door.booted() as station:
        answer = await station.call("Authorize", {"idTag": " CARD "})

    assert door.cards.asked == ["CARD"]
    info = {"status": "Blocked", "expiryDate": "2026-02-01T00:00:00.000Z", "parentIdTag": "FLEET"}
    assert answer[2] == {"idTagInfo": info}


@pytest.mark.parametrize("reason", [CardStatus.NO_CREDIT, CardStatus.NOT_HERE])
async def test_a_reason_that_1_6_has_no_word_for_is_a_plain_no(door: Door, reason: CardStatus) -> None:
    door.cards.answer = CardAnswer(reason)
    async with door.booted() as station:
        answer = await station.call("Authorize", {"idTag": "CARD"})
    assert answer[2] == {"idTagInfo": {"status": "Invalid"}}


async def test_a_group_that_does_not_fit_gets_an_alias_that_stays_the_same(door: Door) -> None:
    door.cards.answer = CardAnswer(CardStatus.ACCEPTED, group="a-group-of-exactly-36-characters-long")
    async with door.booted() as station:
        first = await station.call("Authorize", {"idTag": "A"})
        second = await station.call("Authorize", {"idTag": "B"})

    alias = first[2]["idTagInfo"]["parentIdTag"]
    assert len(alias) == 20
    assert second[2]["idTagInfo"]["parentIdTag"] == alias


async def test_a_start_is_told_as_it_was_said(door: Door) -> None:
    async with door.booted() as station:
        answer = await station.call("StartTransaction", START)

    (event,) = door.sessions.events
    assert isinstance(event, TransactionBegan)
    assert (event.outlet, event.uid, event.meter_wh) == (Outlet(2), "CARD", 100)
    assert event.at == datetime(2026, 1, 1, 6, tzinfo=UTC)
    assert not event.doubts
    assert '"StartTransaction"' in event.origin.frame
    assert answer[2] == {"transactionId": 1, "idTagInfo": {"status": "Accepted"}}


async def test_a_stop_is_told_and_answers_for_the_card_that_ended_it(door: Door) -> None:
    async with door.booted() as station:
        with_card = await station.call("StopTransaction", STOP)
        without = await station.call("StopTransaction", {key: STOP[key] for key in STOP if key != "idTag"})

    event = door.sessions.events[0]
    assert isinstance(event, TransactionEnded)
    assert (event.reference, event.uid, event.meter_wh, event.reason) == ("7", "CARD", 900, "EVDisconnected")
    assert with_card[2] == {"idTagInfo": {"status": "Accepted"}}
    assert without[2] == {}


async def test_meter_values_are_told_in_base_units_with_their_defaults(door: Door) -> None:
    """B-77."""
    sampled: list[dict[str, Any]] = [
        {"value": "1.5", "unit": "kWh"},
        {"value": "1600", "context": "Trigger", "measurand": "Energy.Active.Import.Register"},
        {
            "value": "7.2",
            "unit": "kW",
            "measurand": "Power.Active.Import",
            "phase": "L1",
            "location": "Inlet",
        },
    ]
    request = {
        "connectorId": 1,
        "transactionId": 7,
        "meterValue": [
            {"timestamp": "2026-01-01T06:01:00Z", "sampledValue": sampled},
            {"timestamp": "2026-01-01T06:02:00Z", "sampledValue": [{"value": "1700"}]},
        ],
    }
    async with door.booted() as station:
        assert (await station.call("MeterValues", request))[2] == {}

    (event,) = door.sessions.events
    assert isinstance(event, MeterRead)
    assert (event.outlet, event.reference, event.doubts) == (Outlet(1), "7", frozenset())
    told = [
        (sample.measurand, str(sample.value.normalize()), sample.phase, sample.context)
        for sample in event.samples
    ]
    assert told[0] == ("Energy.Active.Import.Register", "1.5E+3", "", "Sample.Periodic")
    assert told[1] == ("Energy.Active.Import.Register", "1.6E+3", "", "Trigger")
    assert told[2] == ("Power.Active.Import", "7.2E+3", "L1", "Sample.Periodic")
    assert [sample.location for sample in event.samples] == ["Outlet", "Outlet", "Inlet", "Outlet"]
    assert [sample.at.minute for sample in event.samples] == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("DataTransfer", {"vendorId": "V", "data": '{"socialSecurity":1}'}, {"status": "UnknownVendorId"}),
        ("DiagnosticsStatusNotification", {"status": "Uploading"}, {}),
        ("LogStatusNotification", {"status": "Uploaded", "requestId": 1}, {}),
        (
            "SecurityEventNotification",
            {"type": "TamperDetectionActivated", "timestamp": "2026-01-01T00:00:00Z"},
            {},
        ),
        ("SignCertificate", {"csr": "-----BEGIN"}, {"status": "Rejected"}),
    ],
)
async def test_a_notice_is_kept_as_it_came(
    door: Door, action: str, payload: dict[str, Any], answer: dict[str, Any]
) -> None:
    """Nothing in `data` is touched or interpreted; nobody's vendor id is known (B-109, L-16)."""
    async with door.booted() as station:
        assert (await station.call(action, payload))[2] == answer

    (event,) = door.stations.events
    assert isinstance(event, Noticed | Progressed)
    assert event.action == action
    assert "socialSecurity" in event.origin.frame or action != "DataTransfer"


@pytest.mark.parametrize("action", ["FirmwareStatusNotification", "SignedFirmwareStatusNotification"])
async def test_progress_of_firmware_is_told(door: Door, action: str) -> None:
    async with door.booted() as station:
        assert (await station.call(action, {"status": "Installing", "requestId": 1}))[2] == {}

    (event,) = door.stations.events
    assert isinstance(event, FirmwareProgressed)
    assert event.status == "Installing"


async def test_every_action_of_1_6_is_known(door: Door) -> None:
    """What a station may begin is answered by its handler, all else by NotSupported, nothing by silence."""
    door.stations.accepted.add(STATION)
    answers: dict[str, str] = {}
    async with door.connect() as station:
        for action in Action:
            answer = await station.call(action.value, {})
            answers[action.value] = answer[2] if answer[0] == 4 else "answered"

    station_begins = {action for action, answer in answers.items() if answer in ("answered", "ProtocolError")}
    assert len(station_begins) == 14
    assert {answer for action, answer in answers.items() if action not in station_begins} == {"NotSupported"}
