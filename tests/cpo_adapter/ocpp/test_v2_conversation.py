"""Framing in 2.x, and the orders that we give: L-1 to L-21; B-23, B-26, B-33, B-37, B-105, B-106."""

import asyncio
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cpo_adapter.ocpp.events import Noticed, Outlet
from cpo_adapter.ocpp.intents import (
    CancelReservation,
    ClearProfile,
    Intent,
    NotSpoken,
    Outcome,
    RaiseProfile,
    RemoteStart,
    RemoteStop,
    Reserve,
    SetKey,
    SetProfile,
    StationRefused,
    Tell,
    TellQueue,
    TellSchedule,
    Topic,
    Unlock,
)
from cpo_adapter.ocpp.schedules import Limit, RateUnit, Schedule
from tests.cpo_adapter.door import Door
from tests.cpo_adapter.rooms import STATION
from tests.fakes.eventually import eventually

UNTIL = datetime(2026, 1, 1, 8, tzinfo=UTC)
STREAM = {"id": 1, "pending": 0, "basetime": "2026-01-01T06:00:00Z", "data": [{"v": "1", "t": 0}]}


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        ("not JSON", ["-1", "RpcFrameworkError"]),
        ("{}", ["-1", "RpcFrameworkError"]),
        ("[" * 100_000, ["-1", "RpcFrameworkError"]),
        ('[2,7,"Heartbeat",{}]', ["-1", "RpcFrameworkError"]),
        ('[2,"","Heartbeat",{}]', ["-1", "RpcFrameworkError"]),
        ('[2,"7","Heartbeat"]', ["7", "RpcFrameworkError"]),
        ('[2,"7",["Heartbeat"],{}]', ["7", "RpcFrameworkError"]),
        ('[9,"7","Heartbeat",{}]', ["7", "MessageTypeNotSupported"]),
        ("[]", ["-1", "MessageTypeNotSupported"]),
    ],
)
async def test_what_is_no_message_hears_so_and_ends_nothing(
    door: Door, version: str, frame: str, answer: list[str]
) -> None:
    """B-23; L-2, L-3, L-6."""
    async with door.booted(version) as station:
        await station.say(frame)
        heard = await station.hear()
        assert heard[:1] + heard[1:3] == [4, *answer]
        assert len(json.dumps(heard)) < 200
        assert (await station.call("Heartbeat", None, message_id="after"))[:2] == [3, "after"]


@pytest.mark.parametrize("frame", ['[3,"1"]', "[3]", "[4]", "[3,7,{}]", '[4,"1"]', '[3,"1",{}]'])
async def test_an_answer_is_not_answered_however_broken(door: Door, version: str, frame: str) -> None:
    """Two sides that complain of complaints would never stop."""
    async with door.booted(version) as station:
        await station.say(frame)
        assert (await station.call("Heartbeat", {}, message_id="after"))[:2] == [3, "after"]


@pytest.mark.parametrize(
    "frame", ['[6,"1","NotifyPeriodicEventStream",{}]', '[5,"1","FormatViolation","",{}]']
)
async def test_types_of_2_1_are_unknown_before_it(door: Door, frame: str) -> None:
    async with door.booted("ocpp2.0.1") as station:
        await station.say(frame)
        assert (await station.hear())[:3] == [4, "1", "MessageTypeNotSupported"]
    async with door.booted("ocpp1.6") as station:
        await station.say(frame)
        assert (await station.call("Heartbeat", {}, message_id="after"))[:2] == [3, "after"]


async def test_a_send_is_kept_and_never_answered(door: Door) -> None:
    """B-37; L-19."""
    async with door.booted("ocpp2.1") as station:
        await station.say(json.dumps([6, "1", "NotifyPeriodicEventStream", STREAM]))
        for unusable in ([6, "2", "Levitate", {}], [6, "3"], [6, 4, "NotifyPeriodicEventStream", {}]):
            await station.say(json.dumps(unusable))
        assert (await station.call("Heartbeat", {}, message_id="after"))[:2] == [3, "after"]

    (event,) = door.stations.events
    assert isinstance(event, Noticed)
    assert event.action == "NotifyPeriodicEventStream"
    assert json.loads(event.origin.frame)[3] == STREAM


async def test_a_complaint_about_our_answer_ends_nothing(door: Door) -> None:
    """L-19: it is no answer to a call of ours, whose id it may bear."""
    async with door.booted("ocpp2.1") as station:
        asked = asyncio.gather(door.registry.ask(STATION, RemoteStop("T")))
        question = await station.hear()
        await station.say(json.dumps([5, question[1], "FormatViolation", "", {}]))
        await station.say(json.dumps([5, "nobody's"]))
        await station.say(json.dumps([3, question[1], {"status": "Accepted"}]))

        assert [*await asked] == [Outcome.ACCEPTED]


async def test_an_action_that_nobody_knows_is_not_implemented(door: Door, version: str) -> None:
    """B-26; L-1: the package says nothing at all in 2.1."""
    async with door.booted(version) as station:
        assert (await station.call("Levitate", {}))[2] == "NotImplemented"
        assert (await station.call("RequestStopTransaction", {"transactionId": "T"}))[2] == "NotSupported"


LIMITS = (Limit(0, Decimal("16.08")), Limit(600, Decimal(6)))
PROFILE = SetProfile(7, "T-1", Outlet(2), Schedule(UNTIL, RateUnit.A, LIMITS, 3600, Decimal("4.55")))
ORDERS: list[tuple[Intent, str, dict[str, Any]]] = [
    (
        RemoteStart("CARD", Outlet(2, 1), 77),
        "RequestStartTransaction",
        {"idToken": {"idToken": "CARD", "type": "ISO14443"}, "remoteStartId": 77, "evseId": 2},
    ),
    (
        RemoteStart("NAME", Outlet(2, 1), 78, is_card=False),
        "RequestStartTransaction",
        {"idToken": {"idToken": "NAME", "type": "Central"}, "remoteStartId": 78, "evseId": 2},
    ),
    (RemoteStop("T-1"), "RequestStopTransaction", {"transactionId": "T-1"}),
    (Tell(Topic.BOOT), "TriggerMessage", {"requestedMessage": "BootNotification"}),
    (
        Tell(Topic.STATUS, Outlet(2, 3)),
        "TriggerMessage",
        {"requestedMessage": "StatusNotification", "evse": {"id": 2, "connectorId": 3}},
    ),
    (
        Tell(Topic.METER, Outlet(2, 3)),
        "TriggerMessage",
        {"requestedMessage": "MeterValues", "evse": {"id": 2}},
    ),
    (Unlock(Outlet(2, 3)), "UnlockConnector", {"evseId": 2, "connectorId": 3}),
    (
        Reserve(5, "CARD", Outlet(2), UNTIL),
        "ReserveNow",
        {
            "id": 5,
            "expiryDateTime": "2026-01-01T08:00:00.000Z",
            "idToken": {"idToken": "CARD", "type": "ISO14443"},
            "evseId": 2,
        },
    ),
    (CancelReservation(5), "CancelReservation", {"reservationId": 5}),
    (
        PROFILE,
        "SetChargingProfile",
        {
            "evseId": 2,
            "chargingProfile": {
                "id": 7,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxProfile",
                "chargingProfileKind": "Absolute",
                "transactionId": "T-1",
                "chargingSchedule": [
                    {
                        "id": 7,
                        "chargingRateUnit": "A",
                        "startSchedule": "2026-01-01T08:00:00.000Z",
                        "duration": 3600,
                        "minChargingRate": 4.5,
                        "chargingSchedulePeriod": [
                            {"startPeriod": 0, "limit": 16.0},
                            {"startPeriod": 600, "limit": 6.0},
                        ],
                    }
                ],
            },
        },
    ),
    (ClearProfile(7), "ClearChargingProfile", {"chargingProfileId": 7}),
]


@pytest.mark.parametrize(("intent", "action", "payload"), ORDERS)
async def test_an_order_goes_out_as_2_x_spells_it(
    door: Door, version: str, intent: Intent, action: str, payload: dict[str, Any]
) -> None:
    """L-16, L-17: every key as the specification has it, rates cut down."""
    async with door.booted(version) as station:
        asked = asyncio.gather(door.registry.ask(STATION, intent))
        question = await station.hear()
        await station.say(json.dumps([3, question[1], {"status": "Accepted"}]))

        assert [*await asked] == [Outcome.ACCEPTED]
    assert question[2:] == [action, payload]


@pytest.mark.parametrize(
    ("status", "outcome"), [("Accepted", Outcome.ACCEPTED), ("Rejected", Outcome.REJECTED)]
)
async def test_a_key_goes_out_as_a_password(door: Door, version: str, status: str, outcome: Outcome) -> None:
    """B-12."""
    async with door.booted(version) as station:
        asked = asyncio.gather(door.registry.ask(STATION, SetKey(bytes(range(20)))))
        question = await station.hear()
        (wanted,) = question[3]["setVariableData"]
        names = {key: wanted[key] for key in ("component", "variable")}
        await station.say(
            json.dumps([3, question[1], {"setVariableResult": [{"attributeStatus": status, **names}]}])
        )

        assert [*await asked] == [outcome]
    assert question[2] == "SetVariables"
    assert names == {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    assert wanted["attributeValue"] == bytes(range(20)).hex().upper()


async def test_what_a_version_has_no_words_for_is_not_supported(door: Door, version: str) -> None:
    async with door.booted(version) as station:
        assert await door.registry.ask(STATION, RaiseProfile(2)) is Outcome.NOT_SUPPORTED
        assert await station.hears_nothing()
    async with door.booted("ocpp1.6"):
        with pytest.raises(NotSpoken):
            await door.registry.has_queued(STATION, TellQueue("T"))


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        ({"status": "Unlocked"}, Outcome.ACCEPTED),
        ({"status": "UnlockFailed"}, Outcome.FAILED),
        ({"status": "OngoingAuthorizedTransaction"}, Outcome.REJECTED),
        ({"status": "Rejected", "statusInfo": {"reasonCode": "TxInProgress"}}, Outcome.OCCUPIED),
        ({"status": "Rejected", "statusInfo": {"reasonCode": "UnsupportedRequest"}}, Outcome.NOT_SUPPORTED),
        ({"status": "Rejected", "statusInfo": 7}, Outcome.REJECTED),
        ({"status": "Accepted", "statusInfo": {"reasonCode": "TxInProgress"}}, Outcome.ACCEPTED),
        (None, Outcome.REJECTED),
    ],
)
async def test_an_answer_is_read_as_well_as_it_can_be(
    door: Door, version: str, payload: Any, outcome: Outcome
) -> None:
    """B-34."""
    async with door.booted(version) as station:
        asked = asyncio.gather(door.registry.ask(STATION, Unlock(Outlet(1))))
        question = await station.hear()
        await station.say(json.dumps([3, question[1], payload]))

        assert [*await asked] == [outcome]


@pytest.mark.parametrize("code", ["RpcFrameworkError", "MessageTypeNotSupported", "VendorSpecial"])
async def test_a_call_error_of_any_code_ends_the_asking(door: Door, version: str, code: str) -> None:
    """B-33; L-11, L-12."""
    async with door.booted(version) as station:
        asked = asyncio.gather(door.registry.ask(STATION, RemoteStop("T")), return_exceptions=True)
        question = await station.hear()
        await station.say(json.dumps([4, question[1], code, "", {}]))

        (failure,) = await asked
    assert isinstance(failure, StationRefused)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            {
                "status": "Accepted",
                "schedule": {
                    "evseId": 1,
                    "duration": 900,
                    "scheduleStart": "2026-01-01T08:00:00Z",
                    "chargingRateUnit": "A",
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.5}],
                },
            },
            Schedule(UNTIL, RateUnit.A, (Limit(0, Decimal("16.5")),), 900),
        ),
        ({"status": "Rejected"}, None),
        ({}, None),
        (None, None),
    ],
)
async def test_a_schedule_is_read_where_it_is_told(
    door: Door, version: str, answer: Any, told: Schedule | None
) -> None:
    """B-106 (B-106)."""
    async with door.booted(version) as station:
        asked = asyncio.gather(door.registry.schedule(STATION, TellSchedule(Outlet(1), 900, RateUnit.A)))
        question = await station.hear()
        await station.say(json.dumps([3, question[1], answer]))

        assert [*await asked] == [told]
    assert question[2:] == [
        "GetCompositeSchedule",
        {"duration": 900, "evseId": 1, "chargingRateUnit": "A"},
    ]


async def test_a_slow_authorization_holds_up_nothing_else(door: Door, version: str) -> None:
    """B-30; L-10."""
    door.cards.gate.clear()
    async with door.booted(version) as station:
        card = {"idToken": {"idToken": "CARD", "type": "ISO14443"}}
        await station.say(json.dumps([2, "slow", "Authorize", card]))
        await eventually(lambda: door.cards.asked)
        assert (await station.call("Heartbeat", {}, message_id="quick"))[1] == "quick"
        door.cards.gate.set()

        assert (await station.hear())[:2] == [3, "slow"]
