"""Boots that tell more than that a station is there, and clocks that are wrong.

B-41, B-42, B-43, B-45, B-46.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cpo_adapter.stations.boots import STORM
from cpo_adapter.stations.clocks import Clocks
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.rooms import KEY
from tests.cpo_adapter.stations.authored_files import TOML
from tests.cpo_adapter.stations.operator import Operator, operating
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually

BOOT = {
    "chargePointVendor": "V",
    "chargePointModel": "M",
    "chargePointSerialNumber": "S1",
    "firmwareVersion": "1.0",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    inventory = tmp_path / "stations.toml"
    inventory.write_text(TOML)
    return inventory


def write(file: Path, text: str) -> None:
    file.write_text(text)


async def connected(operator: Operator, protocol: str = "ocpp1.6") -> RawStation:
    headers = basic(b"CP-1", bytes.fromhex(KEY))
    socket = await operator.session.ws_connect(f"{operator.url}/CP-1", protocols=(protocol,), headers=headers)
    return RawStation(socket)


async def boots(station: RawStation, **more: Any) -> str:
    answer = await station.call("BootNotification", BOOT | more)
    return str(answer[2]["status"])


async def alarms(operator: Operator) -> dict[str, tuple[str, bool]]:
    return {each["kind"]: (each["text"], each["is_grave"]) for each in await operator.alarms.listed(10)}


async def test_a_station_that_boots_again_and_again_is_answered_and_writes_no_more(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """Every three seconds: an alarm, and the database is left alone (B-41)."""
    async with operating(mongo, file, clock) as operator:
        station = await connected(operator)
        for _ in range(STORM + 5):
            assert await boots(station) == "Accepted"
            await clock.advance(seconds=3)
        stored = await mongo.collection("stations").find_one({"_id": "CP-1"})
        assert stored is not None
        assert clock.now() - stored["boot"]["at"] == timedelta(seconds=3 * 6)
        assert await alarms(operator) == {
            "boots again and again": (f"{STORM} times within a minute, or oftener", True)
        }
        assert await boots(station, firmwareVersion="1.1") == "Accepted"
        stored = await mongo.collection("stations").find_one({"_id": "CP-1"})
        assert stored is not None
        assert stored["boot"]["firmware"] == "1.1", "what is new is kept all the same"


async def test_a_boot_now_and_then_is_no_storm(mongo: Mongo, file: Path, clock: ManualClock) -> None:
    async with operating(mongo, file, clock) as operator:
        station = await connected(operator)
        for _ in range(2 * STORM):
            await boots(station)
            await clock.advance(seconds=13)
        assert await alarms(operator) == {}


async def test_another_serial_number_is_an_alarm_and_other_firmware_is_noted(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """Also across a restart of ours; what a boot does not tell is no difference (B-43)."""
    async with operating(mongo, file, clock) as operator:
        station = await connected(operator)
        await boots(station)
        await boots(station, chargePointSerialNumber="", firmwareVersion="1.0")
        assert await alarms(operator) == {}
    async with operating(mongo, file, clock) as operator:
        station = await connected(operator)
        await boots(station, firmwareVersion="2.0")
        assert await alarms(operator) == {"make or firmware changed": ("1.0 became 2.0", False)}
        await boots(station, firmwareVersion="2.0", chargePointVendor="W", chargePointModel="N")
        assert (await alarms(operator))["make or firmware changed"][0] == "V became W, M became N"
        assert await boots(station, chargePointSerialNumber="S2", firmwareVersion="2.0") == "Accepted"
        text, is_grave = (await alarms(operator))["serial number changed"]
        assert (text.startswith("S1 became S2"), is_grave) == (True, True)


async def test_a_station_that_was_pending_and_stays_silent_is_asked_to_boot_once_it_may(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """It was told to wait, came back without a word, and is in service now (B-42)."""
    write(file, TOML.replace('identity = "CP-1"', 'in_service = false\nidentity = "CP-1"'))
    async with operating(mongo, file, clock) as operator:
        assert await boots(await connected(operator)) == "Pending"
    write(file, TOML)
    await clock.advance(minutes=1)
    async with operating(mongo, file, clock) as operator:
        station = await connected(operator)
        await eventually(lambda: operator.registry.is_connected("CP-1"))
        await clock.advance(seconds=11)
        assert (await station.hear())[2:] == ["TriggerMessage", {"requestedMessage": "BootNotification"}]


async def test_how_often_a_station_sends_a_heartbeat_says_nothing_about_it(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """Never, or every ten seconds: connected is connected (B-45)."""
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    async with operating(mongo, file, clock) as operator:
        station = await connected(operator)
        await boots(station)
        await station.call("StatusNotification", status)
        await eventually(lambda: operator.status("CP-1-1") == "AVAILABLE")
        await clock.advance(hours=3)
        assert operator.status("CP-1-1") == "AVAILABLE"
        for _ in range(3):
            await clock.advance(seconds=10)
            assert (await station.call("Heartbeat", {}))[0] == 3
        assert operator.status("CP-1-1") == "AVAILABLE"


async def test_the_error_of_a_stations_clock_is_told_by_what_it_says_live(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """Two hours behind; what was queued before is later still, and does not count (B-46)."""
    async with operating(mongo, file, clock) as operator:
        station = await connected(operator)
        await boots(station)
        assert operator.clocks.errors_s().get("CP-1") is None
        for hours in (5, 4, 2, 3):
            at = (clock.now() - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")
            status = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": at}
            await station.call("StatusNotification", status)
        assert operator.clocks.errors_s().get("CP-1") == -2 * 3600
        await boots(station)
        assert operator.clocks.errors_s().get("CP-1") is None, "it may have set its clock"
        at = (clock.now() + timedelta(seconds=30)).isoformat()
        read = [{"timestamp": at, "sampledValue": [{"value": "1"}]}]
        await station.call("MeterValues", {"connectorId": 1, "meterValue": read})
        assert operator.clocks.errors_s().get("CP-1") == 30


def test_a_clock_that_was_set_is_right_after_some_messages(clock: ManualClock) -> None:
    clocks, now = Clocks(), clock.now()
    clocks.told("CP-1", now + timedelta(hours=1), now)
    assert clocks.errors_s().get("CP-1") == 3600
    for _ in range(16):
        clocks.told("CP-1", now - timedelta(seconds=1), now)
    assert clocks.errors_s().get("CP-1") == -1


async def test_a_grave_security_event_is_an_alarm_and_a_usual_one_is_not(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    async with operating(mongo, file, clock) as operator:
        station = await connected(operator)
        await boots(station)
        for kind in ("StartupOfTheDevice", "TamperDetectionActivated"):
            event = {"type": kind, "timestamp": "2026-01-01T00:00:00Z"}
            assert (await station.call("SecurityEventNotification", event))[2] == {}
        assert await alarms(operator) == {"security event": ("TamperDetectionActivated", True)}
        assert await mongo.collection("station_notices").count_documents({}) == 2


async def test_faults_and_connectors_that_nobody_knows_are_listed(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """(B-53)."""
    async with operating(mongo, file, clock) as operator:
        station = await connected(operator)
        await boots(station)
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        await station.call("StatusNotification", status)
        assert await alarms(operator) == {}
        for change in ({"errorCode": "ReaderFailure"}, {"connectorId": 7}):
            await station.call("StatusNotification", status | change)
        assert await alarms(operator) == {
            "fault reported": ("connector 1: ReaderFailure", False),
            "connector that nobody provisioned": ("connector 7", True),
        }


async def test_a_component_of_2_x_that_has_a_problem_is_listed(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    async with operating(mongo, file, clock) as operator:
        station = await connected(operator, "ocpp2.0.1")
        boot = {"chargingStation": {"vendorName": "V", "model": "M"}, "reason": "PowerUp"}
        await station.call("BootNotification", boot)
        for value in ("false", "true"):
            event = {
                "eventId": 1,
                "timestamp": "2026-01-01T00:00:00Z",
                "trigger": "Alerting",
                "actualValue": value,
                "eventNotificationType": "HardWiredNotification",
                "component": {"name": "TokenReader"},
                "variable": {"name": "Problem"},
            }
            told = {"generatedAt": "2026-01-01T00:00:00Z", "seqNo": 0, "eventData": [event]}
            assert (await station.call("NotifyEvent", told))[2] == {}
            expected = {} if value == "false" else {"fault reported": ("TokenReader", False)}
            assert await alarms(operator) == expected


async def test_a_station_that_has_always_something_new_to_complain_of_is_written_ten_times_a_minute(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    async with operating(mongo, file, clock) as operator:
        station = await connected(operator)
        await boots(station)
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        for number in range(30):
            await station.call("StatusNotification", {**status, "errorCode": f"Odd{number}"})
        (alarm,) = await operator.alarms.listed(5)
        assert (alarm["times"], alarm["text"]) == (10, "connector 1: Odd9")
        await clock.advance(minutes=1)
        await station.call("StatusNotification", {**status, "errorCode": "GroundFailure"})
        (alarm,) = await operator.alarms.listed(5)
        assert (alarm["times"], alarm["text"]) == (11, "connector 1: GroundFailure")
