"""The running service, as its settings say who comes in."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession, WSServerHandshakeError

from cpo_adapter.ocpp.tls import TlsFilesBroken
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.certificates import Authority, client_context
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.rooms import KEY
from tests.cpo_adapter.stations.authored_files import TOML
from tests.fakes.clock import ManualClock
from tests.platforms import free_port, running_cpo

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}
RIGHT = basic(b"CP-1", bytes.fromhex(KEY))


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    file = tmp_path / "stations.toml"
    file.write_text(TOML)
    return file


async def test_a_service_with_certificates_serves_stations_by_tls_and_by_that_alone_if_told_so(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, inventory: Path
) -> None:
    authority = Authority()
    certificates = (
        authority.server("rsa").written(tmp_path / "rsa.pem"),
        authority.server("ec").written(tmp_path / "ec.pem"),
    )
    async with (
        running_cpo(
            mongo,
            clock,
            tmp_path,
            inventory=inventory,
            stations_plain=False,
            stations_tls_port=free_port(),
            stations_tls_certificates=certificates,
        ) as cpo,
        ClientSession() as session,
    ):
        assert "stations" not in cpo.urls
        url = f"{cpo.urls['stations_tls']}/ocpp/CP-1"
        context = client_context(authority)
        async with await session.ws_connect(
            url, protocols=("ocpp1.6",), headers=RIGHT, ssl=context
        ) as socket:
            assert (await RawStation(socket).call("BootNotification", BOOT))[0] == 3
        with pytest.raises(ClientError):
            await session.ws_connect(url.replace("https", "http"), protocols=("ocpp1.6",), headers=RIGHT)
        numbers = cpo.foundation.metrics.exposition()[0].decode()
        assert 'passerelle_station_handshakes_total{outcome="profile 2"} 1.0' in numbers
        assert 'passerelle_station_tls_failures_total{reason="HTTP_REQUEST"}' in numbers


async def test_a_service_with_authorities_lets_each_station_in_by_its_own_certificate(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, inventory: Path
) -> None:
    authority = Authority()
    text = TOML.replace('identity = "CP-1"', 'identity = "CP-1"\nsecurity_profile = 3')
    await asyncio.to_thread(inventory.write_text, text)
    own, anothers = (authority.station(name).written(tmp_path / f"{name}.pem") for name in ("CP-1", "CP-2"))
    async with (
        running_cpo(
            mongo,
            clock,
            tmp_path,
            inventory=inventory,
            stations_tls_port=free_port(),
            stations_tls_certificates=(authority.server("rsa").written(tmp_path / "rsa.pem"),),
            stations_authorities=authority.written(tmp_path / "ca.pem"),
            stations_organization="CPO",
        ) as cpo,
        ClientSession() as session,
    ):
        url = f"{cpo.urls['stations_tls']}/ocpp/CP-1"
        context = client_context(authority, own)
        socket = await session.ws_connect(url, protocols=("ocpp1.6",), ssl=context)
        async with socket:
            assert (await RawStation(socket).call("BootNotification", BOOT))[0] == 3
        for paper in (anothers, None):
            with pytest.raises(WSServerHandshakeError, match="401"):
                await session.ws_connect(url, headers=RIGHT, ssl=client_context(authority, paper))


async def test_certificates_that_cannot_be_used_keep_the_service_from_starting(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    with pytest.raises(TlsFilesBroken, match=r"missing\.pem"):
        async with running_cpo(mongo, clock, tmp_path, stations_tls_certificates=(tmp_path / "missing.pem",)):
            pass
