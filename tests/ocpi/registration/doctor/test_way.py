"""Names, addresses, TLS: what stands between us and a partner before it says a word. needs F-31, F-38."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

from ocpi.process.clock import SystemClock
from ocpi.process.egress import Egress
from ocpi.registration.doctor.findings import Colour, Finding
from ocpi.registration.doctor.way import RENEW_WITHIN_DAYS, Shown, Way, certificate, plain_http

NOW = datetime(2026, 6, 1, tzinfo=UTC)
Certificate = Callable[..., Path]


@pytest.fixture
def made(tmp_path: Path) -> Certificate:
    """A certificate that signs itself, and its key, in one file."""

    def make(host: str = "127.0.0.1", days: int = 365) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "A test's own authority")])
        names: list[x509.GeneralName] = (
            [x509.IPAddress(IPv4Address(host))] if host[0].isdigit() else [x509.DNSName(host)]
        )
        ends_at = SystemClock().now() + timedelta(days=days)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(ends_at - timedelta(days=1000))
            .not_valid_after(ends_at)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        file = tmp_path / f"{host}.{days}.pem"
        file.write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            + certificate.public_bytes(pem)
        )
        return file

    return make


@asynccontextmanager
async def serving(certificate: Path | None) -> AsyncIterator[URL]:
    """Something that listens on a free port, by TLS if it has a certificate."""
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    runner = web.AppRunner(web.Application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield URL(f"{'https' if certificate else 'http'}://127.0.0.1:{runner.addresses[0][1]}/")
    finally:
        await runner.cleanup()


async def looked(url: URL, trusted: Path | None = None) -> list[Finding]:
    tls = ssl.create_default_context(cafile=str(trusted) if trusted else None)
    async with Egress(allow_private=True, tls=tls) as egress:
        return [each async for each in Way(url, egress, SystemClock()).look()]


async def test_a_certificate_that_is_trusted_is_told_with_its_issuer_and_its_end(made: Certificate) -> None:
    certificate = made()
    async with serving(certificate) as url:
        found = await looked(url, trusted=certificate)
    assert [(each.check, each.colour) for each in found] == [
        ("dns", Colour.GREEN),
        ("tcp", Colour.GREEN),
        ("tls", Colour.GREEN),
    ]
    assert found[-1].text == "TLSv1.3, issued by A test's own authority, good for 364 days"


@pytest.mark.parametrize(
    ("host", "days", "is_trusted", "said"),
    [
        ("127.0.0.1", 365, False, "self-signed certificate"),
        ("127.0.0.1", -1, True, "certificate has expired"),
        ("other.example", 365, True, "IP address mismatch"),
    ],
)
async def test_a_certificate_that_is_not_accepted_is_red(
    made: Certificate, host: str, days: int, is_trusted: int, said: str
) -> None:
    """F-38."""
    certificate = made(host, days)
    async with serving(certificate) as url:
        found = await looked(url, trusted=certificate if is_trusted else None)
    assert (found[-1].check, found[-1].colour) == ("tls", Colour.RED)
    assert said in found[-1].text


async def test_tls_where_nobody_speaks_it_is_red() -> None:
    async with serving(None) as url:
        found = await looked(url.with_scheme("https"))
    assert (found[-1].check, found[-1].colour) == ("tls", Colour.RED)
    assert "no TLS comes about" in found[-1].text


async def test_a_port_where_nobody_listens_is_red() -> None:
    async with serving(None) as url:
        pass
    found = await looked(url)
    assert [(each.check, each.colour) for each in found] == [("dns", Colour.GREEN), ("tcp", Colour.RED)]


async def test_an_address_that_is_not_allowed_is_not_tried() -> None:
    async with serving(None) as url, Egress() as egress:
        way = Way(url, egress, SystemClock())
        found = [each async for each in way.look()]
    assert [(each.check, each.colour) for each in found] == [("dns", Colour.RED)]
    assert not way.is_open


@pytest.mark.parametrize(
    ("days", "colour"), [(RENEW_WITHIN_DAYS, Colour.GREEN), (RENEW_WITHIN_DAYS - 1, Colour.YELLOW)]
)
def test_a_certificate_that_ends_soon_is_yellow(days: int, colour: Colour) -> None:
    assert certificate(Shown("TLSv1.3", "CA", NOW + timedelta(days=days)), NOW).colour is colour


@pytest.mark.parametrize(
    ("host", "colour"),
    [
        ("hub.example", Colour.RED),
        ("10.0.0.1", Colour.RED),
        ("127.0.0.1", Colour.YELLOW),
        ("::1", Colour.YELLOW),
        ("localhost", Colour.YELLOW),
    ],
)
def test_plain_http_is_red_but_on_this_machine(host: str, colour: Colour) -> None:
    assert plain_http(host).colour is colour
    assert "PLAIN HTTP" in plain_http(host).text
