"""Who may connect, and in which version: B-1, B-3, B-4, B-5, B-6, B-7, B-8, B-9, B-10, B-11, B-16, B-21."""

import asyncio

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError
from aiohttp.hdrs import AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL
from structlog.testing import capture_logs
from yarl import URL

from cpo_adapter.ocpp.basic_auth import StationKeys
from tests.cpo_adapter.door import Door, RawStation, basic
from tests.cpo_adapter.rooms import KEY, PEPPER, STATION
from tests.fakes.eventually import eventually

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}


async def refusal(door: Door, identity: str, headers: dict[str, str]) -> WSServerHandshakeError:
    with pytest.raises(WSServerHandshakeError) as caught:
        await door.session.ws_connect(f"{door.url}/{identity}", protocols=("ocpp1.6",), headers=headers)
    return caught.value


async def test_unknown_station_and_wrong_key_and_no_key_hear_the_same_401(door: Door) -> None:
    """B-6, B-7, B-10."""
    refusals = [
        await refusal(door, "NOBODY", basic(b"NOBODY", bytes.fromhex(KEY))),
        await refusal(door, STATION, basic(STATION.encode(), b"wrong")),
        await refusal(door, STATION, basic(b"OTHER", bytes.fromhex(KEY))),
        await refusal(door, STATION, {}),
        await refusal(door, STATION, {AUTHORIZATION: "Basic ???"}),
        await refusal(door, STATION, {AUTHORIZATION: "Bearer " + KEY}),
    ]

    assert {caught.status for caught in refusals} == {401}
    shown = [
        {name: value for name, value in (caught.headers or {}).items() if name != "Date"}
        for caught in refusals
    ]
    assert all(headers == shown[0] for headers in shown)
    assert not door.registry.is_connected(STATION)


async def test_a_known_station_without_a_key_is_as_unknown(door: Door) -> None:
    del door.stations.digests[STATION]

    assert (await refusal(door, STATION, basic(STATION.encode(), b""))).status == 401
    assert (await refusal(door, STATION, basic(STATION.encode(), bytes(32)))).status == 401


@pytest.mark.parametrize(
    ("password", "form"),
    [(bytes.fromhex(KEY), "raw"), (KEY.lower().encode(), "hex"), (KEY.upper().encode(), "hex")],
    ids=["raw bytes", "hex", "HEX"],
)
async def test_the_key_is_known_in_every_spelling_that_stations_use(
    door: Door, password: bytes, form: str
) -> None:
    """B-8, B-9: its form is told."""
    with capture_logs() as logs:
        socket = await door.session.ws_connect(
            f"{door.url}/{STATION}", protocols=("ocpp1.6",), headers=basic(STATION.encode(), password)
        )
        async with socket:
            assert (await RawStation(socket).call("BootNotification", BOOT))[0] == 3

    assert [each["key_spelling"] for each in logs if each["event"] == "station let in"] == [form]


async def test_twenty_wrong_keys_do_not_lock_the_station_out(door: Door) -> None:
    """B-7."""
    for _ in range(20):
        await refusal(door, STATION, basic(STATION.encode(), b"wrong"))

    async with door.connect() as station:
        assert (await station.call("BootNotification", BOOT))[0] == 3


@pytest.mark.parametrize("identity", ["CP:1", "CP 1", "Säule/1", "x" * 48])
async def test_an_identity_is_decoded_once_and_may_hold_anything(door: Door, identity: str) -> None:
    """B-5, B-11."""
    door.stations.digests[identity] = StationKeys(PEPPER).digest(bytes.fromhex(KEY))
    path = "".join(f"%{byte:02X}" for byte in identity.encode())

    socket = await door.session.ws_connect(
        URL(f"{door.url}/{path}", encoded=True),
        protocols=("ocpp1.6",),
        headers=basic(identity.encode(), bytes.fromhex(KEY)),
    )
    async with socket:
        assert (await RawStation(socket).call("BootNotification", BOOT))[0] == 3
    assert door.stations.events[0].origin.station == identity


@pytest.mark.parametrize("path", ["cp-1", "CP-1/", "/CP-1", "%2543P-1", "", "%FF"])
async def test_an_identity_is_compared_exactly(door: Door, path: str) -> None:
    """B-5: a letter case that may mean several, a slash too many, encoded twice, none, not UTF-8."""
    with pytest.raises(WSServerHandshakeError) as caught:
        await door.session.ws_connect(
            URL(f"{door.url}/{path}", encoded=True),
            protocols=("ocpp1.6",),
            headers=basic(STATION.encode(), bytes.fromhex(KEY)),
        )

    assert caught.value.status == 401


@pytest.mark.parametrize("user", ["cp-1", STATION])
async def test_another_letter_case_that_can_mean_one_station_alone_is_that_station(
    door: Door, user: str
) -> None:
    """B-5: whichever way it writes its name as the user of its key."""
    door.stations.meant["cp-1"] = STATION
    headers = basic(user.encode(), bytes.fromhex(KEY))
    async with door.session.ws_connect(f"{door.url}/cp-1", protocols=("ocpp1.6",), headers=headers) as socket:
        assert (await RawStation(socket).call("BootNotification", BOOT))[0] == 3
        assert door.registry.is_connected(STATION)
    assert [each.origin.station for each in door.stations.events] == [STATION]


@pytest.mark.parametrize("protocols", [(), ("ocpp1.5",), ("soap", "ocpp9")])
async def test_no_common_subprotocol_is_a_handshake_without_the_header_and_a_close_with_1002(
    door: Door, protocols: tuple[str, ...]
) -> None:
    """B-1, B-4."""
    async with door.connect(protocols=protocols) as station:
        assert station.socket.protocol is None
        assert await station.close_code() == 1002
    assert not door.registry.is_connected(STATION)


async def test_the_first_offer_that_we_speak_is_taken(door: Door) -> None:
    async with door.connect(protocols=("ocpp2.1", "ocpp2.0.1", "ocpp1.6")) as station:
        assert station.socket.protocol == "ocpp2.1"


async def test_an_odd_spelling_of_the_subprotocol_is_understood_and_repeated(door: Door) -> None:
    """B-3: and told of, as no usual one is."""
    with capture_logs() as logs:
        for offer in ("OCPP1.6", "ocpp1.6"):
            async with door.connect(protocols=(offer,)) as station:
                assert station.socket.protocol == offer

    assert [each["offered"] for each in logs if each["event"].startswith("odd spelling")] == ["OCPP1.6"]


async def test_subprotocols_in_two_headers_are_one_list(door: Door) -> None:
    """B-3: aiohttp itself reads the first header only, so this speaks HTTP by hand."""
    host = URL(door.url)
    reader, writer = await asyncio.open_connection(host.host, host.port)
    lines = [
        f"GET /ocpp/{STATION} HTTP/1.1",
        f"Host: {host.authority}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        f"Authorization: {basic(STATION.encode(), bytes.fromhex(KEY))[AUTHORIZATION]}",
        "Sec-WebSocket-Protocol: ocpp1.5,,ocpp1.4",
        "Sec-WebSocket-Protocol:  soap ,\tocpp1.6 , ocpp9",
    ]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    answer = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()

    assert answer.startswith("HTTP/1.1 101")
    assert f"{SEC_WEBSOCKET_PROTOCOL}: ocpp1.6\r\n" in answer


async def test_compression_is_declined_in_1_6(door: Door) -> None:
    """(B-21); of 2.x see test_versions."""
    socket = await door.session.ws_connect(
        f"{door.url}/{STATION}",
        protocols=("ocpp1.6",),
        headers=basic(STATION.encode(), bytes.fromhex(KEY)),
        compress=15,
    )
    async with socket:
        assert not socket.compress


async def test_the_newer_connection_of_a_station_wins_and_the_older_one_is_closed(door: Door) -> None:
    """(B-16)."""
    async with door.booted() as older, door.connect() as newer:
        assert await older.close_code() == 1001
        assert (await newer.call("Heartbeat", {}))[0] == 3


async def test_an_old_connection_that_ends_late_does_not_unregister_the_new_one(door: Door) -> None:
    async with door.connect() as older:
        async with door.connect() as newer:
            await older.socket.close()
            await newer.call("BootNotification", BOOT)
            assert door.registry.is_connected(STATION)
        await eventually(lambda: not door.registry.is_connected(STATION))


async def test_a_connection_without_authentication_disturbs_nobody(door: Door) -> None:
    async with door.booted() as station:
        await refusal(door, STATION, basic(STATION.encode(), b"wrong"))
        assert (await station.call("Heartbeat", {}))[0] == 3


async def test_a_frame_of_more_than_a_mebibyte_ends_the_connection_with_1009(door: Door) -> None:
    """B-24."""
    async with door.booted() as station:
        await station.say('[2,"1","Heartbeat",{"x":"' + "x" * (1 << 20) + '"}]')
        assert await station.close_code() == 1009


async def test_invalid_utf_8_ends_the_connection_with_1007(door: Door) -> None:
    """B-24."""
    async with door.booted() as station:
        await station.socket.send_frame(b'[2,"1","Heartbeat",{"x":"\xff"}]', WSMsgType.TEXT)
        assert await station.close_code() == 1007
