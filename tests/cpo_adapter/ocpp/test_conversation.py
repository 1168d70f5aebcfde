"""What is said on an open connection: framing, order, and who waits for whom.

L-1 to L-12, L-18, L-21; B-23 to B-34. docs/station-behaviours.md says what the numbers are.
"""

import asyncio
import gc
import json
import sys
from inspect import signature
from typing import Any

import pytest
from aiohttp import WSMsgType

from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.intents import (
    Outcome,
    RemoteStart,
    RemoteStop,
    StationGone,
    StationRefused,
    StationSilent,
    Tell,
    Topic,
)
from cpo_adapter.ocpp.server import StationDoor
from cpo_adapter.ocpp.subprotocol import Provisioned
from cpo_adapter.ocpp.tally import Why
from tests.cpo_adapter.door import Door, RawStation
from tests.cpo_adapter.rooms import STATION, STORAGE_IS_AWAY
from tests.fakes.eventually import eventually

START = {"connectorId": 1, "idTag": "CARD", "meterStart": 0, "timestamp": "2026-01-01T00:00:00Z"}
STOP = {"transactionId": 1, "meterStop": 5, "timestamp": "2026-01-01T01:00:00Z"}

NO_MESSAGES = [
    "not JSON",
    "",
    "{}",
    "[]",
    "7",
    '["2","1","Heartbeat",{}]',
    '[9,"1","Heartbeat",{}]',
    "[2]",
    '[2,7,"Heartbeat",{}]',
    '[2,"","Heartbeat",{}]',
    f'[2,"{"x" * 256}","Heartbeat",{{}}]',
    "[2,null]",
    '[3,"1"]',
    "[3]",
    "[4]",
    "[" * 100_000,
    '{"a":' * 100_000,
    '[2,"1","Heartbeat",{"n":' + "9" * 5_000 + "}]",
    '[2,"1","Heartbeat",{"n":NaN}]',
    '[2,"1","Heartbeat",{"n":Infinity}]',
    '[2,"1","Heartbeat",{"t":"\\ud800"}]',
    '[2,"1","Heartbeat",' + "[" * 40 + "]" * 40 + "]",
]


@pytest.mark.parametrize("frame", NO_MESSAGES, ids=range(len(NO_MESSAGES)))
async def test_what_is_no_message_is_ignored_and_ends_nothing(door: Door, frame: str) -> None:
    """B-23, B-24, B-25; L-2, L-3, L-6."""
    async with door.booted() as station:
        await station.say(frame)

        assert (await station.call("Heartbeat", {}, message_id="after"))[:2] == [3, "after"]


@pytest.mark.parametrize(
    "frame",
    [
        '[2,"7","Heartbeat"]',
        '[2,"7","Heartbeat",{},5]',
        '[2,"7",["Heartbeat"],{}]',
        '[2,"7",7,{}]',
        '[2,"7",null,{}]',
    ],
)
async def test_a_broken_call_that_somebody_waits_for_is_a_formation_violation(door: Door, frame: str) -> None:
    """B-23, L-2, L-18: 1.6 has its own spelling of that error."""
    async with door.booted() as station:
        await station.say(frame)

        assert (await station.hear())[:3] == [4, "7", "FormationViolation"]


async def test_a_binary_frame_is_ignored(door: Door) -> None:
    """B-24."""
    async with door.booted() as station:
        await station.socket.send_frame(b'[2,"1","Heartbeat",{}]', WSMsgType.BINARY)

        assert (await station.call("Heartbeat", {}, message_id="after"))[:2] == [3, "after"]


async def test_an_id_that_is_longer_than_it_may_be_is_answered(door: Door) -> None:
    """B-23: of 37 characters, where 36 are allowed."""
    async with door.booted() as station:
        assert (await station.call("Heartbeat", {}, message_id="x" * 37))[:2] == [3, "x" * 37]


async def test_a_payload_of_null_is_an_empty_one(door: Door) -> None:
    """B-23; L-7."""
    async with door.booted() as station:
        assert (await station.call("Heartbeat", None))[0] == 3


@pytest.mark.parametrize("payload", [[], "text", 7, True])
async def test_a_payload_that_is_no_object_is_refused(door: Door, payload: Any) -> None:
    async with door.booted() as station:
        assert (await station.call("Heartbeat", payload))[2] == "TypeConstraintViolation"


async def test_an_action_that_nobody_knows_is_not_implemented(door: Door) -> None:
    """B-26; L-1."""
    async with door.booted() as station:
        assert (await station.call("Levitate", {}))[2] == "NotImplemented"


async def test_no_name_of_an_action_reaches_anything_but_its_handler(door: Door) -> None:
    """Names of our own functions, and what other versions have: no list is shared by all (L-20)."""
    door.stations.digests["CP-2"] = door.stations.digests[STATION]
    async with door.booted() as station, door.connect("CP-2", protocols=("ocpp2.0.1",)) as newer:
        for action in ("start", "call", "id", "route_message", "answer", "table", "__init__"):
            assert (await station.call(action, {}))[2] == "NotImplemented"
        for action in ("TransactionEvent", "NotifyReport"):
            assert (await station.call(action, {}))[2] == "NotImplemented"
        boot = {"chargingStation": {"vendorName": "V", "model": "M"}, "reason": "PowerUp"}
        assert (await newer.call("BootNotification", boot))[2]["status"] == "Accepted"
        assert (await newer.call("StartTransaction", {}))[2] == "NotImplemented"
        assert (await station.call("Heartbeat", {}))[0] == 3


async def test_an_action_of_the_other_direction_is_not_supported(door: Door) -> None:
    async with door.booted() as station:
        assert (await station.call("RemoteStopTransaction", {"transactionId": 1}))[2] == "NotSupported"


async def test_a_refusal_is_short_and_repeats_nothing(door: Door) -> None:
    """L-21."""
    async with door.booted() as station:
        answer = await station.call("Authorize", {"idTag": 12345678, "secret": "x" * 1000})

    assert answer[2] == "TypeConstraintViolation"
    assert len(json.dumps(answer)) < 200
    assert "12345678" not in json.dumps(answer)


async def test_answers_that_nobody_waits_for_are_forgotten(door: Door) -> None:
    """B-27, L-8: what is held of them would be a block of memory each, and more."""
    async with door.booted() as station:
        before = await blocks_in_use(station)
        for number in range(10_000):
            await station.say(f'[3,"none-{number}",{{}}]')
        await station.say('[4,"none","GenericError","",{}]')
        assert await blocks_in_use(station) - before < 5_000
        assert door.counted(Why.NOT_AWAITED) == 10_001
        asked = asyncio.gather(door.registry.ask(STATION, Tell(Topic.STATUS)))
        question = await station.hear()
        await station.say(json.dumps([3, question[1], {"status": "Accepted"}]))

        assert [*await asked] == [Outcome.ACCEPTED]


async def blocks_in_use(station: RawStation) -> int:
    """Of memory, once all is read that was said before."""
    await station.call("Heartbeat", {})
    gc.collect()
    return sys.getallocatedblocks()


async def test_two_calls_without_waiting_are_both_answered_in_order(door: Door) -> None:
    """B-29."""
    async with door.connect() as station:
        await station.say('[2,"a","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]')
        await station.say(
            '[2,"b","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]'
        )

        assert (await station.hear())[:2] == [3, "a"]
        assert (await station.hear())[:2] == [3, "b"]


async def test_a_slow_authorization_holds_up_nothing_else(door: Door) -> None:
    """B-30; L-10."""
    door.cards.gate.clear()
    async with door.booted() as station:
        await station.say('[2,"slow","Authorize",{"idTag":"CARD"}]')
        assert (await station.call("Heartbeat", {}, message_id="quick"))[1] == "quick"
        assert (await station.call("StartTransaction", START, message_id="start"))[1] == "start"
        door.cards.gate.set()

        assert (await station.hear())[:2] == [3, "slow"]


async def test_a_station_may_call_while_our_call_is_open(door: Door) -> None:
    """B-30, B-31, L-9."""
    async with door.booted() as station:
        asked = asyncio.gather(door.registry.ask(STATION, RemoteStart("CARD", Outlet(1))))
        question = await station.hear()
        assert (await station.call("Authorize", {"idTag": "CARD"}))[0] == 3
        assert (await station.call("StartTransaction", START))[0] == 3
        await station.say(json.dumps([3, question[1], {"status": "Accepted"}]))

        assert [*await asked] == [Outcome.ACCEPTED]


async def test_our_calls_go_out_one_at_a_time(door: Door) -> None:
    async with door.booted() as station:
        asked = asyncio.gather(
            door.registry.ask(STATION, RemoteStart("CARD", Outlet(2))),
            door.registry.ask(STATION, RemoteStop("7")),
        )
        first = await station.hear()
        assert await station.hears_nothing()
        await station.say(json.dumps([3, first[1], {"status": "Accepted"}]))
        second = await station.hear()
        await station.say(json.dumps([3, second[1], {"status": "Rejected"}]))

        assert first[2:] == ["RemoteStartTransaction", {"idTag": "CARD", "connectorId": 2}]
        assert second[2:] == ["RemoteStopTransaction", {"transactionId": 7}]
        assert [*await asked] == [Outcome.ACCEPTED, Outcome.REJECTED]


@pytest.mark.parametrize("code", ["InternalError", "RpcFrameworkError", "VendorSpecial", ""])
async def test_a_call_error_of_any_code_ends_the_asking(door: Door, code: str) -> None:
    """B-33; L-11, L-12."""
    async with door.booted() as station:
        asked = asyncio.gather(door.registry.ask(STATION, RemoteStop("7")), return_exceptions=True)
        question = await station.hear()
        await station.say(json.dumps([4, question[1], code, "", {}]))

        (failure,) = await asked
    assert isinstance(failure, StationRefused)
    assert str(failure) == code


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        ({"status": "accepted"}, Outcome.ACCEPTED),
        ({"status": "Accepted", "extra": 1}, Outcome.ACCEPTED),
        ({"status": "NotImplemented"}, Outcome.NOT_SUPPORTED),
        ({}, Outcome.REJECTED),
        (None, Outcome.REJECTED),
        ([], Outcome.REJECTED),
    ],
)
async def test_an_answer_against_its_schema_is_read_as_well_as_it_can_be(
    door: Door, payload: Any, outcome: Outcome
) -> None:
    """B-34."""
    async with door.booted() as station:
        asked = asyncio.gather(door.registry.ask(STATION, Tell(Topic.METER, Outlet(1))))
        question = await station.hear()
        await station.say(json.dumps([3, question[1], payload]))

        assert [*await asked] == [outcome]


@pytest.mark.parametrize("door", [0.3], indirect=True, ids=["patience of 0.3 s"])
async def test_a_silent_station_is_given_up_and_the_next_call_goes_out(door: Door) -> None:
    """B-28, B-32."""
    async with door.booted() as station:
        with pytest.raises(StationSilent):
            await door.registry.ask(STATION, RemoteStop("7"))
        late = await station.hear()
        await station.say(json.dumps([3, late[1], {"status": "Accepted"}]))

        asked = asyncio.gather(door.registry.ask(STATION, RemoteStop("8")))
        question = await station.hear()
        await station.say(json.dumps([3, question[1], {"status": "Rejected"}]))
        assert [*await asked] == [Outcome.REJECTED]


async def test_a_station_is_waited_for_as_long_as_its_operator_said(door: Door) -> None:
    """B-32: thirty seconds, unless one is told to be slower or quicker."""
    assert signature(StationDoor).parameters["patience_s"].default == 30
    door.stations.versions[STATION] = Provisioned(answers_within_s=0.1)
    async with door.booted():
        with pytest.raises(StationSilent, match=r"0\.1 s"):
            await door.registry.ask(STATION, RemoteStop("7"))


async def test_who_waits_for_a_station_that_is_replaced_hears_at_once(door: Door) -> None:
    """B-16."""
    async with door.booted() as older:
        asked = asyncio.gather(door.registry.ask(STATION, RemoteStop("7")), return_exceptions=True)
        await older.hear()
        async with door.connect():
            (failure,) = await asyncio.wait_for(asked, 1)

    assert isinstance(failure, StationGone)


async def test_a_station_that_is_not_connected_is_gone(door: Door) -> None:
    with pytest.raises(StationGone):
        await door.registry.ask(STATION, RemoteStop("7"))


async def test_a_transaction_message_is_not_answered_while_it_cannot_be_stored(door: Door) -> None:
    """Silence makes a station keep it; a CALLERROR makes shipped ones throw it away (§4)."""
    async with door.booted() as station:
        door.sessions.trouble = STORAGE_IS_AWAY
        for action, payload in (("StartTransaction", START), ("MeterValues", {}), ("StopTransaction", STOP)):
            await station.say(json.dumps([2, "unheard", action, payload]))
        assert await station.hears_nothing()
        door.sessions.trouble = None

        assert (await station.call("StopTransaction", STOP, message_id="again"))[:2] == [3, "again"]


async def test_a_room_that_breaks_ends_nothing(door: Door) -> None:
    """L-4, L-5: InternalError, but never for a transaction message."""
    async with door.booted() as station:
        door.sessions.trouble = RuntimeError("a mistake of ours")
        answer = await station.call("StartTransaction", START)
        assert (answer[0], answer[2]["idTagInfo"]) == (3, {"status": "Invalid"})
        assert (await station.call("StopTransaction", STOP))[::2] == [3, {}]
        assert [reason for _, reason in door.messages.broken] == ["RuntimeError", "RuntimeError"]

        door.cards.answer = None  # type: ignore[assignment]
        assert (await station.call("Authorize", {"idTag": "CARD"}))[2] == "InternalError"
        assert (await station.call("Heartbeat", {}))[0] == 3


@pytest.mark.parametrize(
    "payload", [None, [], "text", {}, {"connectorId": "one"}, {"idTag": 7, "meterStart": -5}]
)
@pytest.mark.parametrize("action", ["StartTransaction", "MeterValues", "StopTransaction"])
async def test_a_transaction_message_is_answered_whatever_it_holds(
    door: Door, action: str, payload: Any
) -> None:
    """L-15."""
    async with door.booted() as station:
        answer = await station.call(action, payload)

    assert answer[0] == 3
    assert json.loads(door.sessions.events[0].origin.frame)[3] == payload


async def test_a_station_that_does_not_wait_for_answers_is_cut_off(door: Door) -> None:
    door.cards.gate.clear()
    async with door.booted() as station:
        for number in range(300):
            await station.say(f'[2,"{number}","Authorize",{{"idTag":"CARD"}}]')

        assert await station.close_code() == 1008
        door.cards.gate.set()


async def test_a_message_is_kept_even_if_the_station_leaves_before_its_answer(door: Door) -> None:
    """B-81, our half of it."""
    async with door.booted() as station:
        await station.say(json.dumps([2, "1", "StartTransaction", START]))

    await eventually(lambda: len(door.sessions.events) == 1)


async def test_stations_are_told_when_the_adapter_goes_away(door: Door) -> None:
    """(B-22)."""
    async with door.booted() as station:
        closing = asyncio.gather(door.registry.close_all())

        assert await station.close_code() == 1001
        await closing
