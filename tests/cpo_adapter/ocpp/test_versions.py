"""Which version a station speaks, and whether its connection is compressed.

B-1, B-2, B-21; needs nothing but the handshake.
"""

import pytest
from aiohttp import ClientWebSocketResponse
from aiohttp.hdrs import SEC_WEBSOCKET_EXTENSIONS
from structlog.testing import capture_logs

from cpo_adapter.ocpp.compression import narrowed
from cpo_adapter.ocpp.subprotocol import Provisioned
from tests.cpo_adapter.door import Door, RawStation, basic
from tests.cpo_adapter.ocpp.test_v2_messages import BOOT
from tests.cpo_adapter.rooms import KEY, STATION

BOOT_16 = {"chargePointVendor": "V", "chargePointModel": "M"}
ALL = ("ocpp2.1", "ocpp2.0.1", "ocpp1.6")


@pytest.mark.parametrize("pinned", ALL)
async def test_the_provisioned_version_is_taken_if_it_is_offered(door: Door, pinned: str) -> None:
    """B-2."""
    door.stations.versions[STATION] = Provisioned(pinned=pinned)
    async with door.connect(protocols=ALL) as station:
        assert station.socket.protocol == pinned


async def test_a_station_that_comes_back_in_another_version_is_noticed(door: Door) -> None:
    """B-2."""
    with capture_logs() as lines:
        for protocol in ("ocpp1.6", "ocpp1.6", "ocpp2.0.1"):
            async with door.connect(protocols=(protocol,)) as station:
                await station.call("Heartbeat", {})

    changes = [line for line in lines if line["event"] == "station changed its version of OCPP"]
    assert [(line["before"], line["now"]) for line in changes] == [("ocpp1.6", "ocpp2.0.1")]


async def test_else_the_first_that_the_station_offers_of_ours(door: Door) -> None:
    """B-2."""
    door.stations.versions[STATION] = Provisioned(pinned="ocpp2.1")
    async with door.connect(protocols=("ocpp1.5", "ocpp2.0.1", "ocpp1.6")) as station:
        assert station.socket.protocol == "ocpp2.0.1"


async def test_a_station_that_offers_nothing_speaks_what_its_operator_said(door: Door) -> None:
    """B-1."""
    door.stations.versions[STATION] = Provisioned(assumed="ocpp1.6")
    async with door.connect(protocols=()) as station:
        assert station.socket.protocol is None
        assert (await station.call("BootNotification", BOOT_16))[2]["status"] == "Accepted"


async def test_what_is_assumed_is_for_those_that_offer_nothing_at_all(door: Door) -> None:
    """B-4."""
    door.stations.versions[STATION] = Provisioned(pinned="ocpp1.6", assumed="ocpp1.6")
    async with door.connect(protocols=("ocpp1.5",)) as station:
        assert await station.close_code() == 1002


async def compressed(door: Door, version: str, **headers: str) -> ClientWebSocketResponse:
    return await door.session.ws_connect(
        f"{door.url}/{STATION}",
        protocols=(version,),
        headers={**basic(STATION.encode(), bytes.fromhex(KEY)), **headers},
        compress=15,
    )


async def test_2_x_is_compressed_with_a_small_window_and_no_memory(door: Door, version: str) -> None:
    """B-21: both ways, with messages that compress, and one after another."""
    async with await compressed(door, version) as socket:
        station = RawStation(socket)
        agreed = socket._response.headers[SEC_WEBSOCKET_EXTENSIONS]  # noqa: SLF001 - nobody else shows it
        for _ in range(3):
            answer = await station.call("BootNotification", BOOT)
            assert answer[2]["status"] == "Accepted"
        long = await station.call("Levitate", {"text": "x" * 50_000})

    assert set(agreed.split("; ")) == {
        "permessage-deflate",
        "server_max_window_bits=10",
        "server_no_context_takeover",
    }
    assert socket.compress
    assert long[2] == "NotImplemented"


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [
        ("", ""),
        ("x-webkit-deflate-frame", ""),
        ("permessage-deflate; server_max_window_bits=8", ""),
        ("permessage-deflate; server_max_window_bits=8, permessage-deflate", "10"),
        ("Permessage-Deflate; client_max_window_bits", "10"),
        ("permessage-deflate; server_max_window_bits=9", "9"),
        ('permessage-deflate; server_max_window_bits="12"', "10"),
    ],
)
def test_an_offer_is_narrowed_and_never_widened(offered: str, agreed: str) -> None:
    assert narrowed(offered) == (
        agreed and f"permessage-deflate; server_no_context_takeover; server_max_window_bits={agreed}"
    )
