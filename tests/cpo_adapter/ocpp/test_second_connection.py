"""A station that connects while it is connected: B-16, B-17; needs.md §4.5, 67."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError
from yarl import URL

from cpo_adapter.ocpp.credentials import Why
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.intents import Outcome, StationGone, Unlock
from cpo_adapter.ocpp.limits import ENTRIES
from tests.cpo_adapter.door import Door, basic
from tests.cpo_adapter.rooms import KEY, STATION
from tests.fakes.eventually import eventually

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}
START = {"connectorId": 1, "idTag": "CARD", "meterStart": 0, "timestamp": "2026-01-01T00:00:00Z"}
STOP = {"transactionId": 1, "meterStop": 5, "timestamp": "2026-01-01T01:00:00Z"}


def alarms(door: Door, sign: str) -> float:
    lines = door.metrics.exposition()[0].decode().splitlines()
    name = f'passerelle_station_clone_alarms_total{{sign="{sign}"}} '
    return next((float(line.removeprefix(name)) for line in lines if line.startswith(name)), 0)


async def deaf_connection(door: Door) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A station behind a link that died: it is connected, and answers to nothing any more."""
    host = URL(door.url)
    reader, writer = await asyncio.open_connection(host.host, host.port)
    shown = basic(STATION.encode(), bytes.fromhex(KEY))["Authorization"]
    lines = [
        f"GET /ocpp/{STATION} HTTP/1.1",
        f"Host: {host.authority}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        f"Authorization: {shown}",
        "Sec-WebSocket-Protocol: ocpp1.6",
    ]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    await reader.readuntil(b"\r\n\r\n")
    await eventually(lambda: door.registry.is_connected(STATION))
    return reader, writer


async def test_commands_go_to_the_new_connection_at_once_while_the_old_one_is_still_probed(
    door: Door,
) -> None:
    _, writer = await deaf_connection(door)

    async with door.connect() as newer:
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(door.registry.ask(STATION, Unlock(Outlet(1))))
            frame = await newer.hear(within_s=1)
            await newer.say(f'[3,"{frame[1]}",{{"status":"Unlocked"}}]')
        assert asked.result() is Outcome.ACCEPTED
    writer.close()


async def test_what_the_old_connection_was_asked_fails_within_a_second(door: Door) -> None:
    """(B-16)."""
    _, writer = await deaf_connection(door)

    async def fails() -> None:
        with pytest.raises(StationGone, match="replaced"):
            await door.registry.ask(STATION, Unlock(Outlet(1)))

    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(fails())
        async with door.connect(), asyncio.timeout(1):
            await asked
    writer.close()


async def test_an_old_connection_that_still_answers_raises_the_clone_alarm(door: Door) -> None:
    async with door.connect() as older, door.connect():
        assert await older.close_code(within_s=2) == 1001
        await eventually(lambda: alarms(door, "both answer") == 1)

    assert door.registry.clones.seen()


async def test_a_ghost_raises_no_alarm(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cpo_adapter.stations.registry.PROBED_FOR_S", 0.1)
    reader, writer = await deaf_connection(door)

    async with door.connect() as newer:
        await newer.call("BootNotification", BOOT)
        await asyncio.wait_for(reader.read(), 2)  # to its end: it was closed
        assert alarms(door, "both answer") == 0
        assert door.registry.clones.seen() == {}
    writer.close()


async def test_two_programs_that_throw_each_other_out_are_told_and_the_last_one_works(door: Door) -> None:
    """(B-17): from the sixth time in a minute on; what both have told of a charge is kept."""
    door.stations.accepted.add(STATION)
    async with AsyncExitStack() as lines:
        station = await lines.enter_async_context(door.connect())
        for replaced in range(1, 7):
            assert (await station.call("StartTransaction", START))[2]["transactionId"] == replaced
            station = await lines.enter_async_context(door.connect())
            assert (await station.call("Heartbeat", {}))[0] == 3
            assert alarms(door, "fight") == (replaced > 5)
        assert (await station.call("StopTransaction", STOP))[0] == 3
    assert len(door.sessions.events) == 7


async def test_a_handshake_without_the_key_does_not_even_probe_the_station(door: Door) -> None:
    async with door.connect() as station:
        await station.call("BootNotification", BOOT)
        with pytest.raises(WSServerHandshakeError):
            await door.session.ws_connect(f"{door.url}/{STATION}", headers=basic(b"CP-1", b"wrong"))
        assert (await station.call("Heartbeat", {}))[0] == 3
        assert alarms(door, "both answer") == 0


async def test_a_ping_of_a_station_is_answered_with_its_own_data(door: Door) -> None:
    """Its keep-alive, as ours: WebSocketPingInterval."""
    async with door.session.ws_connect(
        f"{door.url}/{STATION}",
        protocols=("ocpp1.6",),
        headers=basic(STATION.encode(), bytes.fromhex(KEY)),
        autoping=False,
    ) as socket:
        await socket.ping(b"mine")
        pong = await socket.receive(timeout=2)
        assert (pong.type, bytes(pong.data)) == (WSMsgType.PONG, b"mine")


async def test_a_station_that_flaps_is_told_to_wait_and_its_last_connection_stays(door: Door) -> None:
    """needs.md 67: a hundred times a minute."""
    for _ in range(ENTRIES - 1):
        async with door.connect():
            pass

    async with door.connect() as station:
        for _ in range(40):
            with pytest.raises(WSServerHandshakeError, match="429"):
                async with door.connect():
                    pass
        assert (await station.call("BootNotification", BOOT))[0] == 3
    assert next(door.refusals.knocks()).why is Why.OFTEN
