"""The way out, against real servers: where it goes, what it keeps, how much it takes."""

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import httpx
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from ocpi.process.addresses import ForbiddenAddress
from ocpi.process.clock import SystemClock
from ocpi.process.egress import AT_ONCE, AT_ONCE_PER_HOST, AnswerRefused, Egress
from ocpi.process.egress_httpx import AddressForbidden, AnswerNotRead, NameNotFound, TlsFailed
from ocpi.process.run import Site, listening
from ocpi.process.witness import Left
from tests.fakes.eventually import eventually

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Partner:
    """A server that notes what it received and answers as it is told."""

    def __init__(self) -> None:
        self.url = ""
        self.received: list[web.BaseRequest] = []
        self.answer: Handler = self._plain

    async def _plain(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"status_code": 1000})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.received.append(request)
        return await self.answer(request)

    def answers(self, *, status: int = 200, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=body, headers=headers)

        self.answer = answer


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    partner = Partner()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", partner.handle)
    async with listening([Site(name="partner", app=app, port=0)]) as urls:
        partner.url = urls["partner"]
        yield partner


@pytest.fixture
async def egress() -> AsyncIterator[Egress]:
    """One that may reach the loopback, as in development."""
    async with Egress(allow_private=True, at_most_bytes=100_000) as egress:
        yield egress


@pytest.fixture
async def client(egress: Egress) -> AsyncIterator[httpx.AsyncClient]:
    async with egress.httpx_client(within_s=2) as client:
        yield client


def port_of(partner: Partner) -> str:
    return partner.url.rpartition(":")[2]


async def test_a_request_arrives_as_it_was_given_and_the_whole_answer_comes_back(
    egress: Egress, partner: Partner
) -> None:
    partner.answers(status=201, body=b'{"a": 1.10}', headers={"X-Request-ID": "r1"})
    answer = await egress.send("PUT", f"{partner.url}/cdrs/1", headers={"X-A": "b"}, body=b'{"x":1}')
    (received,) = partner.received
    assert (received.method, received.path, received.headers["X-A"]) == ("PUT", "/cdrs/1", "b")
    assert received.headers["Content-Length"] == "7"
    assert (answer.status, answer.body, answer.headers["X-Request-ID"]) == (201, b'{"a": 1.10}', "r1")


async def test_a_redirect_is_an_answer_and_is_not_followed(egress: Egress, partner: Partner) -> None:
    """Attack 33."""
    partner.answers(status=302, headers={"Location": f"{partner.url}/elsewhere"})
    assert (await egress.send("GET", f"{partner.url}/here")).status == 302
    async with egress.httpx_client() as client:
        assert (await client.get(f"{partner.url}/here")).status_code == 302
    assert [received.path for received in partner.received] == ["/here", "/here"]


async def test_cookies_are_not_kept(egress: Egress, partner: Partner) -> None:
    partner.answers(headers={"Set-Cookie": "session=1; Path=/"})
    async with egress.httpx_client() as client:
        for _ in range(2):
            await egress.send("GET", partner.url)
            await client.get(partner.url)
    assert [received.headers.get("Cookie") for received in partner.received] == [None] * 4


async def test_proxies_of_the_environment_are_not_used(
    egress: Egress, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    await egress.send("GET", partner.url)
    async with egress.httpx_client() as client:
        await client.get(partner.url)
    assert len(partner.received) == 2


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0177.0.0.1", "localhost."])
async def test_a_spelling_that_not_everybody_reads_as_the_loopback_reaches_nobody(
    partner: Partner, host: str
) -> None:
    """Attack 31: whatever the resolver of the machine makes of it."""
    async with Egress() as egress:
        with pytest.raises((ForbiddenAddress, aiohttp.ClientError)):
            await egress.send("GET", f"http://{host}:{port_of(partner)}/")
    assert partner.received == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "0.0.0.0", "[::ffff:127.0.0.1]"])  # noqa: S104
async def test_no_spelling_of_the_loopback_is_reached(partner: Partner, host: str) -> None:
    """Attack 31: nothing may be sent."""
    url = f"http://{host}:{port_of(partner)}/"
    async with Egress() as egress, egress.httpx_client() as client:
        with pytest.raises(ForbiddenAddress, match="the address is not public"):
            await egress.send("GET", url, headers={"Authorization": "Token abc"})
        with pytest.raises(AddressForbidden, match="the address is not public"):
            await client.get(url)
    assert partner.received == []


async def test_a_refused_address_is_logged_with_the_address(partner: Partner) -> None:
    with capture_logs() as lines:
        async with Egress() as egress:
            with pytest.raises(ForbiddenAddress):
                await egress.send("GET", partner.url)
    (line,) = lines
    assert line["log_level"] == "warning"
    assert (line["event"], line["address"], line["port"]) == (
        "outgoing connection refused",
        "127.0.0.1",
        int(port_of(partner)),
    )


async def test_opening_private_networks_is_logged_loudly() -> None:
    with capture_logs() as lines:
        async with Egress(allow_private=True):
            pass
    assert [(line["log_level"], line["event"]) for line in lines] == [
        ("warning", "outgoing requests may reach private networks")
    ]


async def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    egress: Egress, client: httpx.AsyncClient, partner: Partner
) -> None:
    """Attack 37."""
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 10_000)
            sent += 10_000

    partner.answer = endless
    with pytest.raises(AnswerRefused, match="larger than 100000 bytes"):
        await egress.send("GET", partner.url)
    with pytest.raises(AnswerNotRead, match="larger than 100000 bytes"):
        await client.get(partner.url)
    assert sent < 50_000_000


async def test_a_compressed_answer_was_not_asked_for_and_is_not_unpacked(
    egress: Egress, client: httpx.AsyncClient, partner: Partner
) -> None:
    """Attack 37: a bomb of 10 MB in 10 kB."""
    partner.answers(body=gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"})
    with pytest.raises(AnswerRefused, match=r"compressed \(gzip\)"):
        await egress.send("GET", partner.url)
    with pytest.raises(AnswerNotRead, match=r"compressed \(gzip\)"):
        await client.get(partner.url)
    assert [received.headers["Accept-Encoding"] for received in partner.received] == ["identity"] * 2


async def test_an_answer_that_drips_ends_in_a_timeout(egress: Egress, partner: Partner) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    partner.answer = drip
    with pytest.raises(TimeoutError):
        await egress.send("GET", partner.url, within_s=0.2)
    async with asyncio.timeout(10), egress.httpx_client(within_s=0.2) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(partner.url)


async def test_headers_that_drip_end_in_a_timeout(egress: Egress) -> None:
    left: list[str] = []

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"X")
            await asyncio.sleep(0.02)
        left.append("a client")

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server, asyncio.timeout(10), egress.httpx_client(within_s=0.2) as client:
        with pytest.raises(TimeoutError):
            await egress.send("GET", url, within_s=0.2)
        with pytest.raises(httpx.ReadTimeout):
            await client.get(url)
        await eventually(lambda: len(left) == 2)


async def test_a_partner_that_never_answers_is_a_read_timeout(egress: Egress, partner: Partner) -> None:
    released = asyncio.Event()

    async def wait(_: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response()

    partner.answer = wait
    async with egress.httpx_client(within_s=0.1) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(partner.url)
    released.set()


async def test_closing_an_httpx_client_leaves_the_session_open_for_others(
    egress: Egress, partner: Partner
) -> None:
    async with egress.httpx_client() as client:
        await client.get(partner.url)
    assert (await egress.send("GET", partner.url)).status == 200
    async with egress.httpx_client() as client:
        assert (await client.get(partner.url)).status_code == 200


async def test_a_body_sent_by_httpx_arrives_whole(client: httpx.AsyncClient, partner: Partner) -> None:
    bodies: list[bytes] = []

    async def note(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.read())
        return web.json_response({"status_code": 1000})

    partner.answer = note
    answer = await client.post(partner.url, json={"a": 1})
    assert bodies == [b'{"a":1}']
    assert answer.json() == {"status_code": 1000}


async def test_a_refused_connection_is_a_connect_error_and_no_timeout(client: httpx.AsyncClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(httpx.ConnectError) as failure:
        await client.get(f"http://127.0.0.1:{port}/")
    assert type(failure.value) is httpx.ConnectError
    assert failure.value.request.url.port == port


async def test_a_name_without_an_address_is_told_apart(client: httpx.AsyncClient) -> None:
    with pytest.raises(NameNotFound):
        await client.get("http://no-such-partner.invalid/")


async def test_a_partner_that_hangs_up_is_a_protocol_error(client: httpx.AsyncClient) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(f"http://127.0.0.1:{port}/")


async def test_a_partner_that_speaks_no_http_is_a_protocol_error(client: httpx.AsyncClient) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 mail.example ready\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(f"http://127.0.0.1:{port}/")


async def test_a_body_that_breaks_off_is_a_read_error(client: httpx.AsyncClient) -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        writer.close()

    server = await asyncio.start_server(break_off, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(httpx.ReadError):
            await client.post(f"http://127.0.0.1:{port}/")


async def test_one_slow_partner_leaves_room_for_another(egress: Egress, partner: Partner) -> None:
    released = asyncio.Event()

    async def wait(_: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response()

    partner.answer = wait
    other = Partner()
    app = web.Application()
    app.router.add_get("/", other.handle)
    async with listening([Site(name="other", app=app, port=0)]) as urls, asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE + 1):
            tasks.create_task(egress.send("GET", partner.url))
        await eventually(lambda: len(partner.received) == AT_ONCE_PER_HOST)
        assert (await egress.send("GET", urls["other"], within_s=2)).status == 200
        released.set()


def certificate(folder: Path, host: str) -> Path:
    """A file with a key and a certificate for `host`, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = SystemClock().now()
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{host}.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + signed.public_bytes(Encoding.PEM)
    )
    return file


@asynccontextmanager
async def tls_server(file: Path) -> AsyncIterator[int]:
    """The port of a server that shows this certificate."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_certificate_that_nobody_vouches_for_is_a_tls_failure(egress: Egress, tmp_path: Path) -> None:
    """Attack 38."""
    async with tls_server(certificate(tmp_path, "localhost")) as port, egress.httpx_client() as client:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await egress.send("GET", f"https://localhost:{port}/")
        with pytest.raises(TlsFailed, match="self-signed"):
            await client.get(f"https://localhost:{port}/")


async def test_a_certificate_for_another_host_is_a_tls_failure(tmp_path: Path) -> None:
    """Attack 38."""
    file = certificate(tmp_path, "partner.example")
    trusting = ssl.create_default_context(cafile=file)
    async with (
        Egress(allow_private=True, tls=trusting) as egress,
        egress.httpx_client() as client,
        tls_server(file) as port,
    ):
        with pytest.raises(TlsFailed, match="Hostname mismatch"):
            await client.get(f"https://localhost:{port}/")


async def test_a_certificate_of_a_trusted_authority_is_good(tmp_path: Path) -> None:
    file = certificate(tmp_path, "localhost")
    trusting = ssl.create_default_context(cafile=file)
    async with (
        Egress(allow_private=True, tls=trusting) as egress,
        egress.httpx_client() as client,
        tls_server(file) as port,
    ):
        assert (await client.get(f"https://localhost:{port}/")).status_code == 204


async def test_plain_http_where_tls_is_expected_is_a_tls_failure(
    client: httpx.AsyncClient, partner: Partner
) -> None:
    with pytest.raises(TlsFailed):
        await client.get(partner.url.replace("http:", "https:"))


class Seen:
    """A witness that remembers."""

    def __init__(self) -> None:
        self.left: list[Left] = []
        self.ended: list[object] = []

    def sending(self, left: Left) -> "Seen":
        self.left.append(left)
        return self

    def answered(self, http: int, body: bytes) -> None:
        self.ended.append((http, body))

    def failed(self, error: BaseException) -> None:
        self.ended.append(type(error))


async def test_a_witness_sees_every_request_and_its_end(partner: Partner) -> None:
    seen = Seen()
    partner.answers(status=201, body=b"{}")
    async with Egress(allow_private=True, witness=seen) as egress, egress.httpx_client() as client:
        await egress.send("PUT", f"{partner.url}/a", body=b"1")
        told = await client.post(f"{partner.url}/b", content=b"2")
        await nobody_listens(egress, client)
    assert (told.status_code, told.content) == (201, b"{}")
    assert [(each.method, str(each.url).rpartition("/")[2], each.body) for each in seen.left[:2]] == [
        ("PUT", "a", b"1"),
        ("POST", "b", b"2"),
    ]
    assert seen.ended[:2] == [(201, b"{}")] * 2
    assert seen.ended[2:] == [aiohttp.ClientConnectorError, httpx.ConnectError]


async def nobody_listens(egress: Egress, client: httpx.AsyncClient) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    with pytest.raises(aiohttp.ClientConnectorError):
        await egress.send("GET", nowhere)
    with pytest.raises(httpx.ConnectError):
        await client.get(nowhere)
