"""Every message that a station of 2.0.1 or 2.1 may begin: the fact it becomes, and the answer.

ocpp.md §6.2 and §6.3; B-25, B-39, B-58, B-59, B-64, B-88, B-92, B-93, B-95, B-109, B-111.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from ocpp.v21.enums import Action as Action21
from ocpp.v201.enums import Action as Action201

from cpo_adapter.ocpp.events import STATION as WHOLE_STATION
from cpo_adapter.ocpp.events import (
    Booted,
    ConnectorStatus,
    Doubt,
    FirmwareProgressed,
    MeterRead,
    Moment,
    Noticed,
    Outlet,
    Progressed,
    ReportPart,
    ReservationDropped,
    StatusChanged,
    TransactionTold,
)
from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus, Registration
from tests.cpo_adapter.door import Door
from tests.cpo_adapter.rooms import STATION

BOOT = {
    "reason": "PowerUp",
    "chargingStation": {"vendorName": "V", "model": "M", "serialNumber": "S", "firmwareVersion": "1"},
}
STATUS = {
    "timestamp": "2026-01-01T06:00:00Z",
    "connectorStatus": "Occupied",
    "evseId": 2,
    "connectorId": 1,
}
EVENT: dict[str, Any] = {
    "eventType": "Started",
    "timestamp": "2026-01-01T06:00:00Z",
    "triggerReason": "Authorized",
    "seqNo": 0,
    "transactionInfo": {"transactionId": "T-1", "chargingState": "Charging"},
    "evse": {"id": 1, "connectorId": 2},
    "idToken": {"idToken": "CARD", "type": "ISO14443"},
}
DATE = "2026-01-01T06:00:00Z"
HASH = {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "1"}


async def test_a_boot_is_told_and_answered(door: Door, version: str) -> None:
    async with door.connect(protocols=(version,)) as station:
        assert station.socket.protocol == version
        answer = await station.call("BootNotification", BOOT)
        assert (await station.call("Heartbeat", {}))[0] == 3

    (event,) = door.stations.events
    assert isinstance(event, Booted)
    assert (event.vendor, event.model, event.serial, event.firmware) == ("V", "M", "S", "1")
    assert (answer[2]["status"], answer[2]["interval"]) == ("Accepted", 300)


async def test_before_it_is_accepted_a_station_may_only_boot_and_deliver_transactions(
    door: Door, version: str
) -> None:
    """B-39."""
    door.stations.registration = Registration.PENDING
    async with door.connect(protocols=(version,)) as station:
        assert (await station.call("BootNotification", BOOT))[2]["status"] == "Pending"
        assert (await station.call("StatusNotification", STATUS))[2] == "SecurityError"
        assert (await station.call("TransactionEvent", EVENT))[0] == 3

    assert isinstance(door.sessions.events[0], TransactionTold)


async def test_a_status_is_of_a_connector_of_an_evse(door: Door, version: str) -> None:
    async with door.booted(version) as station:
        assert (await station.call("StatusNotification", STATUS))[2] == {}

    (event,) = door.stations.events
    assert isinstance(event, StatusChanged)
    assert (event.outlet, event.status) == (Outlet(2, 1), ConnectorStatus.OCCUPIED)
    assert event.at == datetime(2026, 1, 1, 6, tzinfo=UTC)


async def test_evse_0_is_the_station(door: Door, version: str) -> None:
    """B-59."""
    async with door.booted(version) as station:
        await station.call("StatusNotification", STATUS | {"evseId": 0, "connectorId": 0})

    (event,) = door.stations.events
    assert isinstance(event, StatusChanged)
    assert event.outlet == WHOLE_STATION


@pytest.mark.parametrize("status", ["Charging", "Sleeping", ""])
async def test_a_status_that_2_x_does_not_know_is_refused(door: Door, version: str, status: str) -> None:
    async with door.booted(version) as station:
        answer = await station.call("StatusNotification", STATUS | {"connectorStatus": status})

    assert answer[2] == "PropertyConstraintViolation"
    assert not door.stations.events


@pytest.mark.parametrize(
    ("component", "outlet"),
    [
        ({"name": "Connector", "evse": {"id": 1, "connectorId": 2}}, Outlet(1, 2)),
        ({"name": "EVSE", "evse": {"id": 3}}, Outlet(3, 0)),
        ({"name": "ChargingStation"}, WHOLE_STATION),
    ],
)
async def test_availability_may_come_as_a_monitored_variable(
    door: Door, version: str, component: dict[str, Any], outlet: Outlet
) -> None:
    """B-58: in 2.1 that is the preferred way."""
    told = {
        "eventId": 1,
        "timestamp": DATE,
        "trigger": "Delta",
        "actualValue": "Faulted",
        "eventNotificationType": "HardWiredNotification",
        "component": component,
        "variable": {"name": "AvailabilityState"},
    }
    other = told | {"variable": {"name": "Power"}, "actualValue": "Available"}
    request = {"generatedAt": DATE, "seqNo": 0, "eventData": [told, other]}
    async with door.booted(version) as station:
        assert (await station.call("NotifyEvent", request))[2] == {}

    kept, changed = door.stations.events
    assert isinstance(kept, Noticed)
    assert isinstance(changed, StatusChanged)
    assert (changed.outlet, changed.status) == (outlet, ConnectorStatus.FAULTED)


async def test_a_card_is_asked_about_and_its_group_told(door: Door, version: str) -> None:
    door.cards.answer = CardAnswer(CardStatus.BLOCKED, datetime(2026, 2, 1, tzinfo=UTC), "FLEET")
    async with door.booted(version) as station:
        answer = await station.call("Authorize", {"idToken": {"idToken": "CARD", "type": "ISO14443"}})

    assert door.cards.asked == ["CARD"]
    assert answer[2]["idTokenInfo"] == {
        "status": "Blocked",
        "cacheExpiryDateTime": "2026-02-01T00:00:00.000Z",
        "groupIdToken": {"idToken": "FLEET", "type": "Central"},
    }


@pytest.mark.parametrize("status", CardStatus)
async def test_every_reason_is_told_as_it_is(door: Door, version: str, status: CardStatus) -> None:
    door.cards.answer = CardAnswer(status)
    async with door.booted(version) as station:
        answer = await station.call("Authorize", {"idToken": {"idToken": "CARD", "type": "ISO14443"}})
    assert answer[2] == {"idTokenInfo": {"status": status.value}}


@pytest.mark.parametrize("kind", ["eMAID", "MacAddress", "KeyCode", "Local"])
async def test_what_is_no_card_of_an_issuer_is_refused_and_nobody_asked(
    door: Door, version: str, kind: str
) -> None:
    async with door.booted(version) as station:
        answer = await station.call("Authorize", {"idToken": {"idToken": "X", "type": kind}})

    assert answer[2] == {"idTokenInfo": {"status": "Invalid"}}
    assert door.cards.asked == []


async def test_an_event_of_a_transaction_is_told_as_it_was_said(door: Door, version: str) -> None:
    signed = {"signedMeterData": "T0NNRg==", "signingMethod": "", "encodingMethod": "OCMF", "publicKey": "K"}
    sampled = [
        {
            "value": 1.5,
            "unitOfMeasure": {"unit": "kWh"},
            "context": "Transaction.Begin",
            "signedMeterValue": signed,
        },
        {"value": 16, "unitOfMeasure": {"unit": "Wh", "multiplier": 2}, "location": "Outlet"},
        {"value": 7.4, "measurand": "Power.Active.Import", "phase": "L1", "unitOfMeasure": {"unit": "kW"}},
        {"value": 2500, "unitOfMeasure": {"multiplier": -3}},
    ]
    told = EVENT | {
        "meterValue": [{"timestamp": DATE, "sampledValue": sampled}],
        "reservationId": 5,
        "offline": True,
        "customData": {"vendorId": "V", "socialSecurity": 1},
    }
    told["transactionInfo"] = {"transactionId": "T-1", "remoteStartId": 77, "chargingState": "SuspendedEV"}
    async with door.booted(version) as station:
        answer = await station.call("TransactionEvent", told)

    (event,) = door.sessions.events
    assert isinstance(event, TransactionTold)
    assert (event.reference, event.moment, event.seq) == ("T-1", Moment.STARTED, 0)
    assert (event.outlet, event.uid, event.status) == (Outlet(1, 2), "CARD", ConnectorStatus.SUSPENDED_EV)
    assert (event.remote_start, event.reservation, event.is_offline) == (77, 5, True)
    assert [(each.value, each.phase) for each in event.samples] == [
        (Decimal(1500), ""),
        (Decimal(1600), ""),
        (Decimal(7400), "L1"),
        (Decimal("2.5"), ""),
    ]
    assert event.samples[0].context == "Transaction.Begin"
    assert json.loads(event.origin.frame)[3] == told
    assert not event.doubts
    assert answer[2] == {"idTokenInfo": {"status": "Accepted"}}


async def test_of_a_card_something_is_said_exactly_when_one_was_named(door: Door, version: str) -> None:
    """B-95: of any card, of what is no card of an issuer, and of a charge that is free for all."""
    bare = {key: value for key, value in EVENT.items() if key != "idToken"}
    async with door.booted(version) as station:
        assert (await station.call("TransactionEvent", bare))[2] == {}
        card = await station.call("TransactionEvent", EVENT)
        emaid = await station.call("TransactionEvent", bare | {"idToken": {"idToken": "X", "type": "eMAID"}})
        free = await station.call(
            "TransactionEvent", bare | {"idToken": {"idToken": "", "type": "NoAuthorization"}}
        )

    assert card[2] == {"idTokenInfo": {"status": "Accepted"}}
    assert emaid[2] == {"idTokenInfo": {"status": "Invalid"}}
    assert free[2] == {"idTokenInfo": {"status": "Accepted"}}


@pytest.mark.parametrize("evse", [None, {"id": 1}])
async def test_an_evse_or_its_connector_may_be_missing(
    door: Door, version: str, evse: dict[str, int] | None
) -> None:
    """B-88."""
    async with door.booted(version) as station:
        await station.call("TransactionEvent", EVENT | {"evse": evse})

    (event,) = door.sessions.events
    assert isinstance(event, TransactionTold)
    assert event.outlet == (evse and Outlet(1, 0))


@pytest.mark.parametrize(
    "payload", [None, [], "text", {}, {"eventType": "Sometimes", "seqNo": "x", "transactionInfo": 7}]
)
@pytest.mark.parametrize("action", ["TransactionEvent", "MeterValues"])
async def test_a_transaction_message_is_answered_whatever_it_holds(
    door: Door, version: str, action: str, payload: Any
) -> None:
    """L-15."""
    async with door.booted(version) as station:
        answer = await station.call(action, payload)

    assert answer[0] == 3
    assert json.loads(door.sessions.events[0].origin.frame)[3] == payload


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400", "-0", "1e-9"])
async def test_numbers_that_no_meter_has_are_answered(door: Door, version: str, value: str) -> None:
    """B-25; L-14: what stands beside them is read."""
    sampled = f'{{"timestamp":"{DATE}","sampledValue":[{{"value":{value}}},{{"value":7}}]}}'
    async with door.booted(version) as station:
        await station.say(f'[2,"m","MeterValues",{{"evseId":1,"meterValue":[{sampled}]}}]')
        assert (await station.hear())[:2] == [3, "m"]

    (event,) = door.sessions.events
    assert isinstance(event, MeterRead)
    is_number = value in ("-0", "1e-9")
    assert (Doubt.SAMPLE_UNREADABLE in event.doubts) == (not is_number)
    assert [each.value for each in event.samples][is_number:] == [7]


@pytest.mark.parametrize("stamp", ["yesterday", "1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", 7])
async def test_a_time_that_cannot_be_is_replaced_by_ours(door: Door, version: str, stamp: Any) -> None:
    """B-64; L-13."""
    async with door.booted(version) as station:
        assert (await station.call("TransactionEvent", EVENT | {"timestamp": stamp}))[0] == 3

    (event,) = door.sessions.events
    assert isinstance(event, TransactionTold)
    assert event.at == event.origin.received_at
    assert event.doubts == {Doubt.TIME_REPLACED}


async def test_meter_values_are_of_an_evse(door: Door, version: str) -> None:
    request = {"evseId": 2, "meterValue": [{"timestamp": DATE, "sampledValue": [{"value": 1500}]}]}
    async with door.booted(version) as station:
        assert (await station.call("MeterValues", request))[2] == {}

    (event,) = door.sessions.events
    assert isinstance(event, MeterRead)
    assert (event.outlet, event.reference, event.samples[0].value) == (Outlet(2, 0), "", Decimal(1500))


async def test_a_reservation_that_the_station_dropped_is_told(door: Door, version: str) -> None:
    request = {"reservationId": 5, "reservationUpdateStatus": "Expired"}
    async with door.booted(version) as station:
        assert (await station.call("ReservationStatusUpdate", request))[2] == {}

    (event,) = door.stations.events
    assert isinstance(event, ReservationDropped)
    assert event.number == 5


async def test_progress_of_firmware_is_told(door: Door, version: str) -> None:
    async with door.booted(version) as station:
        assert (await station.call("FirmwareStatusNotification", {"status": "Installing"}))[2] == {}

    (event,) = door.stations.events
    assert isinstance(event, FirmwareProgressed)


NOTICES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ClearedChargingLimit": ({"chargingLimitSource": "EMS"}, {}),
    "DataTransfer": ({"vendorId": "V", "data": {"socialSecurity": 1}}, {"status": "UnknownVendorId"}),
    "Get15118EVCertificate": (
        {"iso15118SchemaVersion": "1", "action": "Install", "exiRequest": "x"},
        {"status": "Failed", "exiResponse": ""},
    ),
    "GetCertificateStatus": ({"ocspRequestData": HASH | {"responderURL": "u"}}, {"status": "Failed"}),
    "LogStatusNotification": ({"status": "Uploading"}, {}),
    "NotifyChargingLimit": ({"chargingLimit": {"chargingLimitSource": "EMS"}}, {}),
    "NotifyCustomerInformation": ({"data": "d", "seqNo": 0, "generatedAt": DATE, "requestId": 1}, {}),
    "NotifyDisplayMessages": ({"requestId": 1}, {}),
    "NotifyEVChargingNeeds": (
        {"evseId": 1, "chargingNeeds": {"requestedEnergyTransfer": "DC"}},
        {"status": "Rejected"},
    ),
    "NotifyEVChargingSchedule": (
        {
            "timeBase": DATE,
            "evseId": 1,
            "chargingSchedule": {"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": []},
        },
        {"status": "Accepted"},
    ),
    "NotifyMonitoringReport": ({"requestId": 1, "seqNo": 0, "generatedAt": DATE}, {}),
    "NotifyReport": ({"requestId": 1, "seqNo": 1, "generatedAt": DATE}, {}),
    "PublishFirmwareStatusNotification": ({"status": "Idle"}, {}),
    "ReportChargingProfiles": (
        {"requestId": 1, "chargingLimitSource": "EMS", "evseId": 1, "chargingProfile": []},
        {},
    ),
    "SecurityEventNotification": ({"type": "TamperDetectionActivated", "timestamp": DATE}, {}),
    "SignCertificate": (
        {"csr": "-----BEGIN"},
        {
            "status": "Rejected",
            "statusInfo": {
                "reasonCode": "NotEnabled",
                "additionalInfo": "no certificate of a station is signed here",
            },
        },
    ),
}
NEW_NOTICES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "BatterySwap": (
        {"eventType": "BatteryIn", "requestId": 1, "idToken": EVENT["idToken"], "batteryData": []},
        {},
    ),
    "ClosePeriodicEventStream": ({"id": 1}, {}),
    "NotifyDERAlarm": ({"controlType": "FreqDroop", "timestamp": DATE}, {}),
    "NotifyDERStartStop": ({"controlId": "1", "started": True, "timestamp": DATE}, {}),
    "NotifyPriorityCharging": ({"transactionId": "T", "activated": True}, {}),
    "NotifySettlement": (
        {"pspRef": "p", "status": "Settled", "settlementAmount": 1.5, "settlementTime": DATE},
        {},
    ),
    "OpenPeriodicEventStream": (
        {"constantStreamData": {"id": 1, "variableMonitoringId": 1, "params": {}}},
        {"status": "Rejected"},
    ),
    "PullDynamicScheduleUpdate": ({"chargingProfileId": 1}, {"status": "Rejected"}),
    "ReportDERControl": ({"requestId": 1}, {}),
    "VatNumberValidation": ({"vatNumber": "LU1"}, {"vatNumber": "LU1", "status": "Rejected"}),
}


@pytest.mark.parametrize("action", NOTICES)
async def test_a_notice_is_kept_as_it_came(door: Door, version: str, action: str) -> None:
    """No key of `data` or `customData` is touched (B-109, B-111, L-16)."""
    payload, answer = NOTICES[action]
    payload = payload | {"customData": {"vendorId": "V", "socialSecurity": 1}}
    async with door.booted(version) as station:
        assert (await station.call(action, payload))[2] == answer

    (event,) = door.stations.events
    assert isinstance(event, Noticed | Progressed | ReportPart)
    assert (event.action, json.loads(event.origin.frame)[3]) == (action, payload)


@pytest.mark.parametrize("action", NEW_NOTICES)
async def test_a_notice_of_2_1_is_kept_in_2_1_alone(door: Door, action: str) -> None:
    payload, answer = NEW_NOTICES[action]
    async with door.booted("ocpp2.1") as station:
        assert (await station.call(action, payload))[2] == answer
    async with door.booted("ocpp2.0.1") as station:
        assert (await station.call(action, payload))[2] == "NotImplemented"

    (event,) = door.stations.events
    assert isinstance(event, Noticed | Progressed | ReportPart)


async def test_certificates_that_cannot_be_looked_up_are_told_back_as_failed(door: Door) -> None:
    asked = {"certificateHashData": HASH, "source": "OCSP", "urls": ["u"]}
    async with door.booted("ocpp2.1") as station:
        answer = await station.call("GetCertificateChainStatus", {"certificateStatusRequests": [asked]})

    (status,) = answer[2]["certificateStatus"]
    assert (status["certificateHashData"], status["status"]) == (HASH, "Failed")


@pytest.mark.parametrize(
    ("version", "actions", "begun_by_stations"),
    [("ocpp2.0.1", list(Action201), 25), ("ocpp2.1", list(Action21), 36)],
)
async def test_every_action_is_known(
    door: Door, version: str, actions: list[Action201], begun_by_stations: int
) -> None:
    """L-1: what a station may begin is answered by its handler, all else by NotSupported, none by silence."""
    door.stations.accepted.add(STATION)
    answers: dict[str, str] = {}
    async with door.connect(protocols=(version,)) as station:
        for action in actions:
            answer = await station.call(action.value, {})
            answers[action.value] = answer[2] if answer[0] == 4 else "answered"

    begun = {action for action, answer in answers.items() if answer in ("answered", "ProtocolError")}
    assert len(begun) == begun_by_stations
    assert {answer for action, answer in answers.items() if action not in begun} == {"NotSupported"}
