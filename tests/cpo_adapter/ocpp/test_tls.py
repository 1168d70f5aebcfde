"""TLS that ends in the process, with real handshakes: B-13, B-14, B-15."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientError, WSServerHandshakeError
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from cpo_adapter.ocpp.basic_auth import StationKeys
from cpo_adapter.ocpp.client_certificates import ClientCertificates
from cpo_adapter.ocpp.credentials import Credentials, Profile, Why
from cpo_adapter.ocpp.refusals import Refusals
from cpo_adapter.ocpp.tls import StationTls, TlsFiles, TlsFilesBroken, authorities_in
from ocpi.process.clock import SystemClock
from ocpi.process.metrics import Metrics
from tests.cpo_adapter.certificates import Authority, client_context
from tests.cpo_adapter.door import Door, Entrance, RawStation, basic, running_door
from tests.cpo_adapter.rooms import KEY, PEPPER, STATION, Cards, Sessions, Stations

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}
DIGEST = StationKeys(PEPPER).digest(bytes.fromhex(KEY))
RIGHT = basic(STATION.encode(), bytes.fromhex(KEY))
EC_SUITES = ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384")
RSA_SUITES = ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def files(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    folder = tmp_path_factory.mktemp("tls")
    return TlsFiles(
        certificates=[
            authority.server("rsa").written(folder / "rsa.pem"),
            authority.server("ec").written(folder / "ec.pem"),
        ],
        authorities=authority.written(folder / "ca.pem"),
    )


@pytest.fixture
async def door(files: TlsFiles) -> AsyncIterator[Door]:
    """CP-1 must use TLS and its key, CP-3 its certificate, CP-4 one with its serial number."""
    stations = Stations()
    stations.special[STATION] = Credentials(profile=Profile.TLS_BASIC, digests=(DIGEST,))
    stations.special["CP-3"] = Credentials(profile=Profile.TLS_CERTIFICATE, digests=(DIGEST,))
    stations.special["CP-4"] = Credentials(profile=Profile.TLS_CERTIFICATE, certificate_name="SN-4")
    certificates = ClientCertificates(
        authorities=authorities_in(files.authorities), organization="CPO", clock=SystemClock()
    )
    metrics = Metrics()
    refusals = Refusals(metrics=metrics, clock=SystemClock())
    tls = StationTls(files, refusals.broke_tls).context
    entrance = Entrance(certificates=certificates, tls=tls, metrics=metrics, refusals=refusals)
    async with running_door(stations, Cards(), Sessions(), entrance=entrance) as running:
        yield running


async def boots(door: Door, identity: str, context: ssl.SSLContext, headers: dict[str, str] | None) -> bool:
    socket = await door.session.ws_connect(
        f"{door.url}/{identity}", protocols=("ocpp1.6",), headers=headers, ssl=context
    )
    async with socket:
        return bool((await RawStation(socket).call("BootNotification", BOOT))[0] == 3)


async def status(door: Door, identity: str, context: ssl.SSLContext, headers: dict[str, str]) -> int:
    with pytest.raises(WSServerHandshakeError) as caught:
        await boots(door, identity, context, headers)
    return caught.value.status


def why(door: Door) -> Why:
    return next(door.refusals.knocks()).why


def tls_failures(door: Door) -> str:
    lines = door.metrics.exposition()[0].decode().splitlines()
    return "\n".join(line for line in lines if line.startswith("passerelle_station_tls_failures_total"))


@pytest.mark.parametrize("suite", [*EC_SUITES, *RSA_SUITES])
async def test_every_suite_of_the_whitepaper_is_served_with_the_certificate_that_suits_it(
    door: Door, authority: Authority, suite: str
) -> None:
    """B-14."""
    context = client_context(authority, suites=suite)
    assert await boots(door, STATION, context, RIGHT)

    port = int(door.url.rpartition(":")[2].partition("/")[0])
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    tls = writer.get_extra_info("ssl_object")
    certificate = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True))
    kind = ec.EllipticCurvePublicKey if suite in EC_SUITES else rsa.RSAPublicKey
    assert isinstance(certificate.public_key(), kind)
    assert (tls.cipher()[0], tls.version(), tls.compression()) == (suite, "TLSv1.2", None)
    writer.close()


async def test_tls_1_3_is_served(door: Door, authority: Authority) -> None:
    context = client_context(authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_3

    assert await boots(door, STATION, context, RIGHT)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_older_versions_are_refused_and_counted(
    door: Door, authority: Authority, version: ssl.TLSVersion
) -> None:
    """B-14."""
    context = client_context(authority, suites="ALL:@SECLEVEL=0")
    context.minimum_version = version
    context.maximum_version = version

    with pytest.raises(ClientError):
        await boots(door, STATION, context, RIGHT)
    assert 'reason="UNSUPPORTED_PROTOCOL"' in tls_failures(door)


@pytest.mark.parametrize("suite", ["AES128-SHA", "ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"])
async def test_other_suites_are_refused_and_counted(door: Door, authority: Authority, suite: str) -> None:
    with pytest.raises(ClientError):
        await boots(door, STATION, client_context(authority, suites=suite), RIGHT)
    assert 'reason="NO_SHARED_CIPHER"' in tls_failures(door)


async def test_a_station_of_profile_2_is_refused_without_tls() -> None:
    """B-13."""
    stations = Stations()
    stations.special[STATION] = Credentials(profile=Profile.TLS_BASIC, digests=(DIGEST,))
    async with running_door(stations, Cards(), Sessions()) as door:
        with pytest.raises(WSServerHandshakeError, match="401"):
            await door.session.ws_connect(f"{door.url}/{STATION}", headers=RIGHT)
        assert why(door) is Why.PROFILE


async def test_a_station_of_profile_2_is_refused_with_a_wrong_key(door: Door, authority: Authority) -> None:
    wrong = basic(STATION.encode(), b"wrong")

    assert await status(door, STATION, client_context(authority), wrong) == 401


async def test_a_station_comes_in_by_its_own_certificate_and_no_key(
    door: Door, authority: Authority, tmp_path: Path
) -> None:
    paper = authority.station("CP-3").written(tmp_path / "own.pem")
    serial = authority.station("SN-4").written(tmp_path / "serial.pem")

    assert await boots(door, "CP-3", client_context(authority, paper), None)
    assert await boots(door, "CP-4", client_context(authority, serial), None)
    assert ("CP-3", Profile.TLS_CERTIFICATE, None) in door.stations.entries


async def test_the_key_alone_is_not_enough_for_profile_3(door: Door, authority: Authority) -> None:
    headers = basic(b"CP-3", bytes.fromhex(KEY))

    assert await status(door, "CP-3", client_context(authority), headers) == 401
    assert why(door) is Why.PROFILE


@pytest.mark.parametrize(
    ("identity", "name", "organization"),
    [
        ("CP-3", "CP-4", "CPO"),
        ("CP-3", "cp-3", "CPO"),
        ("CP-3", "CP-3", "Another CPO"),
        ("CP-4", "CP-4", "CPO"),
        (STATION, "CP-3", "CPO"),
        ("NOBODY", "CP-3", "CPO"),
    ],
    ids=["of another", "other case", "of another company", "identity, not serial", "beside a key", "nobody"],
)
async def test_the_certificate_of_one_station_never_opens_anothers_address(
    door: Door, authority: Authority, tmp_path: Path, identity: str, name: str, organization: str
) -> None:
    """B-15; even beside the right key: whoever holds two identities is looked at by a person."""
    paper = authority.station(name, organization=organization).written(tmp_path / "foreign.pem")
    headers = basic(identity.encode(), bytes.fromhex(KEY))

    assert await status(door, identity, client_context(authority, paper), headers) == 401
    assert why(door) is Why.CERTIFICATE
    assert not door.registry.is_connected(identity)


@pytest.mark.parametrize(
    ("flaw", "reason"),
    [
        ("expired", "certificate has expired"),
        ("unknown authority", "unable to get local issuer certificate"),
        ("not for clients", "unsuitable certificate purpose"),
    ],
)
async def test_a_certificate_that_does_not_hold_ends_the_handshake_and_is_counted(
    door: Door, authority: Authority, tmp_path: Path, flaw: str, reason: str
) -> None:
    """B-15."""
    issued = {
        "expired": lambda: authority.station("CP-3", days=-1),
        "unknown authority": lambda: Authority("Somebody").station("CP-3"),
        "not for clients": lambda: authority.station("CP-3", use="server"),
    }[flaw]()
    paper = issued.written(tmp_path / "bad.pem")

    with pytest.raises((ClientConnectionError, ClientError, ConnectionError)):
        await boots(door, "CP-3", client_context(authority, paper), None)
    assert reason in tls_failures(door)


async def test_renewed_certificates_are_served_without_a_restart(
    authority: Authority, tmp_path: Path
) -> None:
    files = TlsFiles(certificates=[authority.server("ec").written(tmp_path / "server.pem")])
    tls = StationTls(files, lambda _: None)
    async with running_door(Stations(), Cards(), Sessions(), entrance=Entrance(tls=tls.context)) as door:
        renewed = authority.server("ec")
        renewed.written(tmp_path / "server.pem")
        tls.renew()
        assert await served(door, authority) == renewed.der

        await asyncio.to_thread((tmp_path / "server.pem").write_text, "half a fi")
        tls.renew()
        assert await served(door, authority) == renewed.der
        assert await boots(door, STATION, client_context(authority), RIGHT)


async def served(door: Door, authority: Authority) -> bytes:
    port = int(door.url.rpartition(":")[2].partition("/")[0])
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_context(authority))
    der: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return der


@pytest.mark.parametrize("text", ["", "no certificate"])
def test_files_that_cannot_be_used_are_told_in_one_line(tmp_path: Path, text: str) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text(text)

    for files in (
        TlsFiles([broken]),
        TlsFiles([tmp_path / "missing.pem"]),
        TlsFiles([broken], [broken, broken]),
    ):
        with pytest.raises(TlsFilesBroken) as caught:
            StationTls(files, lambda _: None)
        assert "\n" not in str(caught.value)
    with pytest.raises(TlsFilesBroken):
        authorities_in(broken)
