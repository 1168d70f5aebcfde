"""A station, or who has its key, attacks by frames: it harms itself alone, and is counted.

needs.md §4.5, group O, 69; B-24, B-36, B-38.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import WSMsgType
from structlog.testing import capture_logs

from cpo_adapter.ocpp.tally import Why
from tests.cpo_adapter.door import Door, RawStation
from tests.cpo_adapter.rooms import STATION
from tests.fakes.eventually import eventually

START = {"connectorId": 1, "idTag": "CARD", "meterStart": 0, "timestamp": "2026-01-01T00:00:00Z"}


@asynccontextmanager
async def victim(door: Door) -> AsyncIterator[RawStation]:
    """Another station, which has to be served before and after the attack on the same connection."""
    door.stations.digests["CP-2"] = door.stations.digests[STATION]
    door.stations.accepted.add("CP-2")
    async with door.connect("CP-2") as station:
        assert (await station.call("Heartbeat", {}))[0] == 3
        yield station
        assert (await station.call("StartTransaction", START))[0] == 3


async def test_a_frame_of_ten_megabytes_ends_its_own_connection(door: Door) -> None:
    async with victim(door), door.booted() as station:
        with suppress(ConnectionError):  # the far side does not wait for the end
            await station.say('[2,"1","DataTransfer",{"vendorId":"V","data":"' + "x" * 10_000_000 + '"}]')
        assert await station.close_code() in {1006, 1009}
    assert door.counted(Why.NO_WEBSOCKET) == 1


async def test_a_compressed_frame_that_nobody_agreed_on_ends_its_own_connection(door: Door) -> None:
    """A bomb is never inflated: nothing compressed is read at all."""
    async with victim(door), door.booted() as station:
        await station.socket.send_frame(b"x" * 1000, WSMsgType.TEXT, compress=15)
        assert await station.close_code() == 1002
    assert door.counted(Why.NO_WEBSOCKET) == 1


async def test_a_message_in_pieces_of_one_byte_is_one_message(door: Door) -> None:
    frame = json.dumps([2, "1", "StartTransaction", START]).encode()
    async with victim(door), door.booted() as station:
        writer = station.socket._conn.transport  # type: ignore[union-attr]  # noqa: SLF001 - no client sends it so
        for place, byte in enumerate(frame):
            assert writer is not None
            writer.write(_masked(byte, begins=place == 0, ends=place == len(frame) - 1))
        assert (await station.hear())[:2] == [3, "1"]


def _masked(byte: int, *, begins: bool, ends: bool) -> bytes:
    """A websocket frame of one byte, masked with zeros."""
    return bytes([(0x80 if ends else 0) | (0x1 if begins else 0), 0x81, 0, 0, 0, 0, byte])


async def test_a_flood_of_pings_and_of_binary_frames_hurts_nobody(door: Door) -> None:
    async with victim(door), door.booted() as station:
        for _ in range(1000):
            await station.socket.ping(b"x" * 100)
            await station.socket.send_bytes(b'[2,"1","Heartbeat",{}]')
        assert (await station.call("Heartbeat", {}, message_id="after"))[:2] == [3, "after"]
    assert door.counted(Why.BINARY_FRAME) == 1000


async def test_a_text_without_an_end_that_is_full_of_quotes_takes_no_time(door: Door) -> None:
    """Each of them tried as the begin of another text, this would be minutes in which nobody is served."""
    async with victim(door), door.booted() as station:
        await station.say('[2,"1","Heartbeat",[' + "[]," * 40 + '"' + '\\"' * 120_000)
        assert (await station.call("Heartbeat", {}, message_id="after"))[:2] == [3, "after"]
    assert door.counted(Why.UNREADABLE) == 1


async def test_a_thousand_messages_at_once_are_answered_or_end_their_own_connection(door: Door) -> None:
    door.cards.gate.clear()
    async with victim(door), door.booted() as station:
        for number in range(1000):
            await station.say(f'[2,"{number}","Authorize",{{"idTag":"CARD"}}]')
        assert await station.close_code() == 1008
        await eventually(lambda: door.counted(Why.FLOOD) == 1)
        door.cards.gate.set()


async def test_an_id_that_was_used_before_is_answered_for_what_it_says_now(door: Door) -> None:
    """Counters begin again after a boot (B-36), or never count (B-38): that is told of."""
    stop = {"transactionId": 2, "meterStop": 5, "timestamp": "2026-01-01T01:00:00Z"}
    with capture_logs() as logs:
        async with door.booted() as station:
            for number, uid in ((1, "CARD"), (2, "OTHER")):
                begun = await station.call("StartTransaction", START | {"idTag": uid}, message_id="1")
                assert begun[2]["transactionId"] == number
            assert await station.call("StopTransaction", stop, message_id="1") == [3, "1", {}]
            assert "currentTime" in (await station.call("Heartbeat", {}, message_id="1"))[2]

    told = [type(event).__name__ for event in door.sessions.events]
    assert told == ["TransactionBegan", "TransactionBegan", "TransactionEnded"]
    sins = [line["action"] for line in logs if line["event"] == "message id of another action"]
    assert sins == ["StopTransaction", "Heartbeat"]
