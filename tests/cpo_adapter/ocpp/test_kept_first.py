"""A transaction message is safe before anybody reads it, and is answered whatever is in it.

Stations throw a transaction away after one CALLERROR. L-2, L-3, L-14, L-15; B-23 to B-25, B-27, B-39.
"""

import asyncio
import json
import re

import pytest
from aiohttp import WSMsgType
from hypothesis import given
from hypothesis import strategies as st

from cpo_adapter.ocpp.tally import Why
from tests.cpo_adapter.door import Door, RawStation, running_door
from tests.cpo_adapter.rooms import STATION, STORAGE_IS_AWAY, Cards, Sessions, Stations

ACTIONS = ("StartTransaction", "MeterValues", "StopTransaction")
START = {"connectorId": 1, "idTag": "CARD", "meterStart": 0, "timestamp": "2026-01-01T00:00:00Z"}

BROKEN = [
    '[2,"7","{action}"]',
    '[2,"7","{action}",{},5]',
    '[2,"7","{action}",',
    '[2,"7","{action}",' + "[" * 100_000,
    '[2,"7","{action}",{"meterStop":' + "9" * 1_000_000 + "}]",
    '[2,"7","{action}",{"meterStart":NaN,"meterStop":-Infinity}]',
    '[2,"7","{action}",{"meterStart":1e400,"meterStop":1e-400}]',
    '[2,"7","{action}",{"idTag":"\\ud800"}]',
    '[2,"7","{action}",{"idTag":"\\u0000"}]',
    '[2,"7","{action}",{"transactionId":' + "9" * 4_000 + ',"connectorId":' + "9" * 4_000 + "}]",
    ' [ 2 , "7" , "{action}" , {"connectorId":99999,"transactionId":-1} ] trailing',
]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("frame", BROKEN, ids=range(len(BROKEN)))
async def test_a_broken_transaction_message_is_kept_and_answered(door: Door, action: str, frame: str) -> None:
    said = frame.replace("{action}", action)
    async with door.connect() as station:
        await station.say(said)

        assert (await station.hear())[:2] == [3, "7"]
    assert [(each.station, each.action, each.frame) for each in door.messages.kept] == [
        (STATION, action, said)
    ]


async def test_a_message_is_kept_as_it_came_before_the_rooms_hear_of_it(door: Door) -> None:
    said = json.dumps([2, "1", "StartTransaction", START], indent=1)
    door.sessions.trouble = RuntimeError("the room breaks")
    async with door.booted() as station:
        await station.say(said)
        await station.hear()

    (kept,) = door.messages.kept
    assert (kept.version, kept.message_id, kept.frame) == ("ocpp1.6", "1", said)
    assert door.messages.done == []


async def test_what_cannot_be_kept_is_not_answered_and_told_to_no_room(door: Door) -> None:
    """Silence makes a station keep it."""
    door.messages.trouble = STORAGE_IS_AWAY
    async with door.booted() as station:
        await station.say(json.dumps([2, "1", "StartTransaction", START]))
        assert await station.hears_nothing()
        assert (await station.call("Heartbeat", {}))[0] == 3

    assert door.sessions.events == []
    assert door.counted(Why.NOT_STORED) == 1


async def test_what_is_no_transaction_message_is_not_kept(door: Door) -> None:
    async with door.booted() as station:
        await station.call("Heartbeat", {})
        await station.call("Authorize", {"idTag": "CARD"})

    assert door.messages.kept == []


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ("no JSON", Why.UNREADABLE),
        ('[2,"7","Heartbeat"]', Why.UNREADABLE),
        ('[2,"7","StopTransaction"]', Why.BROKEN),
        ('[2,"7","Levitate",{}]', Why.CALL_ERROR),
        ('[3,"7",{}]', Why.NOT_AWAITED),
        ('[4,"7","GenericError","",{}]', Why.NOT_AWAITED),
    ],
)
async def test_every_refused_frame_is_counted(door: Door, frame: str, why: Why) -> None:
    async with door.booted() as station:
        await station.say(frame)
        await station.say('[2,"after","Heartbeat",{}]')
        while (await station.hear())[1] != "after":
            pass

    assert {each: door.counted(each) for each in Why if door.counted(each)} == {why: 1}


async def test_a_binary_frame_is_counted(door: Door) -> None:
    async with door.booted() as station:
        await station.socket.send_frame(b"[2]", WSMsgType.BINARY)
        await station.call("Heartbeat", {})

    assert door.counted(Why.BINARY_FRAME) == 1


_numbers = st.one_of(
    st.integers(), st.floats(), st.integers(min_value=10**300, max_value=10**301), st.just(10**4000)
)
_anything = st.recursive(
    st.none() | st.booleans() | st.text() | _numbers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
_known = st.sampled_from(
    [
        "connectorId",
        "idTag",
        "meterStart",
        "meterStop",
        "timestamp",
        "transactionId",
        "reason",
        "meterValue",
        "transactionData",
        "sampledValue",
        "value",
        "reservationId",
        "unit",
        "measurand",
        "context",
        "phase",
    ]
)
_payloads = st.one_of(
    _anything,
    st.dictionaries(_known, _anything, max_size=8),
    st.fixed_dictionaries(
        {
            key: st.lists(
                st.fixed_dictionaries(
                    {
                        "timestamp": _anything,
                        "sampledValue": st.lists(st.dictionaries(_known, _anything), max_size=3),
                    }
                ),
                max_size=3,
            )
            for key in ("meterValue", "transactionData")
        }
    ),
)


@st.composite
def _frames(draw: st.DrawFn) -> str:
    """A transaction message: whole, with anything in it, or cut off or damaged after its head."""
    frame = json.dumps([2, "x", draw(st.sampled_from(ACTIONS)), draw(_payloads)])
    head = re.match(r'\[2, "x", "\w+"', frame)
    assert head
    cut = draw(st.integers(head.end(), len(frame)) | st.just(len(frame)))
    return frame[:cut] + draw(st.just("") | st.text(st.characters(codec="utf-8"), max_size=5))


@given(st.lists(_frames(), min_size=1, max_size=10))
def test_no_transaction_message_is_answered_by_an_error(frames: list[str]) -> None:
    """Each is kept, and answered by a result, whatever is in it; the connection goes on."""
    asyncio.run(_play(frames))


async def _play(frames: list[str]) -> None:
    async with running_door(Stations(), Cards(), Sessions()) as door, door.booted() as station:
        for frame in frames:
            await station.say(frame)
            assert (await station.hear())[:2] == [3, "x"], frame
        await _still_served(station)
        assert [each.frame for each in door.messages.kept] == frames
        assert door.messages.broken == []


async def _still_served(station: RawStation) -> None:
    assert (await station.call("Heartbeat", {}, message_id="after"))[:2] == [3, "after"]
