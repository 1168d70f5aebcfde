"""Addresses that partners name are strangers' words: where our requests go, and where they never go.

Attacks F-31, F-32, F-33, F-37 and F-39; `ocpi/process/test_addresses` pins which addresses are public.
"""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest
from structlog.testing import capture_logs

from ocpi.client import tariffs
from ocpi.client.line import Line
from ocpi.errors import DeliveryError, Unreachable
from ocpi.partners.model import PartnerEndpoint
from ocpi.process.egress import Egress
from ocpi.wire.interfaces import Side
from simulators.partner import SimulatedPartner
from tests.ocpi.client.connected import OF_THE_CPO, line_to, speaking

Raw = Callable[[bytes], bytes]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n"


def whole(body: bytes, headers: bytes = b"") -> bytes:
    return HEAD % (len(body), headers) + body


def no_tariff(_: bytes) -> bytes:
    return whole(b'{"status_code":2003,"timestamp":"2026-01-01T00:00:00Z"}')


@asynccontextmanager
async def listening(
    answer: Raw = no_tariff,
) -> AsyncIterator[list[Any]]:
    """A server on the loopback: its port, and then everything that connected to it."""
    arrived: list[Any] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer(arrived[-1]))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    arrived.append(server.sockets[0].getsockname()[1])
    async with server:
        yield arrived


@pytest.fixture
async def far() -> AsyncIterator[SimulatedPartner]:
    async with speaking("2.3.0", "EMSP") as partner:
        yield partner


def at(far: SimulatedPartner, egress: Egress, url: str) -> Line:
    """A line to a partner that offers its tariffs at any address."""
    line = line_to(far, egress, within_s=3)
    endpoint = PartnerEndpoint("tariffs", Side.RECEIVER, url)
    return replace(
        line, partner=replace(line.partner, connection=replace(line.connection, endpoints=(endpoint,)))
    )


async def call(far: SimulatedPartner, egress: Egress, url: str) -> None:
    await tariffs.held(at(far, egress, url), "T1", OF_THE_CPO)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "0.0.0.0",  # noqa: S104
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::1]",
    ],
)
async def test_no_spelling_of_this_machine_is_called(far: SimulatedPartner, host: str) -> None:
    """F-31: nothing is sent, not even a connection is made."""
    async with listening() as arrived, Egress() as egress:
        with pytest.raises(Unreachable):
            await call(far, egress, f"http://{host}:{arrived[0]}/tariffs")
    assert len(arrived) == 1


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "[fd00:ec2::254]",
        "[::ffff:169.254.169.254]",
        "[fe80::1]",
        "168.63.129.16",
        "100.100.100.200",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
async def test_metadata_and_link_local_are_refused_in_development_too(
    far: SimulatedPartner, egress: Egress, host: str
) -> None:
    """F-31."""
    with pytest.raises(Unreachable, match=r"ForbiddenAddress|InvalidUrl"):
        await call(far, egress, f"http://{host}/latest/meta-data")


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "[fd00::1]", "[fc00::1]"]
)
async def test_private_networks_are_refused(far: SimulatedPartner, host: str) -> None:
    """F-31."""
    async with Egress() as egress:
        with pytest.raises(Unreachable, match="ForbiddenAddress"):
            await call(far, egress, f"https://{host}/tariffs")


@pytest.mark.parametrize("port", [22, 25, 6379, 27017])
async def test_ports_of_other_trades_are_refused_in_development_too(
    far: SimulatedPartner, egress: Egress, port: int
) -> None:
    """F-31."""
    with capture_logs() as lines, pytest.raises(Unreachable, match="ForbiddenAddress"):
        await call(far, egress, f"http://127.0.0.1:{port}/tariffs")
    assert [line["port"] for line in lines if line["event"] == "outgoing connection refused"] == [port]


@pytest.mark.parametrize("scheme", ["file", "gopher", "ftp", "unix", "http+unix"])
async def test_nothing_but_the_web_is_called(far: SimulatedPartner, egress: Egress, scheme: str) -> None:
    """F-31."""
    with pytest.raises(DeliveryError):
        await call(far, egress, f"{scheme}:///etc/passwd")


class Names:
    """A resolver that gives each answer once, then the last one again."""

    def __init__(self, *answers: str) -> None:
        self.asked = 0
        self._answers = answers

    async def getaddrinfo(self, _: str, port: int, **more: Any) -> list[Any]:
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, more.get("proto", 0), "", (answer, port))]


async def test_a_name_that_leads_to_this_machine_is_not_called(
    far: SimulatedPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-31: as 127.0.0.1.nip.io does."""
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", Names("127.0.0.1").getaddrinfo)
    async with listening() as arrived, Egress() as egress:
        with pytest.raises(Unreachable, match="ForbiddenAddress"):
            await call(far, egress, f"http://127.0.0.1.nip.example:{arrived[0]}/tariffs")
    assert len(arrived) == 1


async def test_the_address_that_was_judged_is_the_one_that_is_called(
    far: SimulatedPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-32: a name that leads elsewhere when it is asked a second time is asked once."""
    names = Names("127.0.0.1", "169.254.169.254")
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", names.getaddrinfo)
    networks = [IPv4Network("127.0.0.0/8")]
    async with listening() as arrived:
        url = f"http://rebinding.example:{arrived[0]}/tariffs"
        async with Egress(allowed_networks=networks) as egress:
            with pytest.raises(DeliveryError, match="HTTP 200"):
                await call(far, egress, url)
        assert (names.asked, len(arrived)) == (1, 2)
        async with Egress(allowed_networks=networks) as egress:
            with pytest.raises(Unreachable, match="ForbiddenAddress"):
                await call(far, egress, url)
        assert (names.asked, len(arrived)) == (2, 2)


async def test_a_redirect_is_not_followed(far: SimulatedPartner, egress: Egress) -> None:
    """F-33, F-39."""
    async with listening() as elsewhere:
        away = (
            b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n"
            % elsewhere[0]
        )
        async with listening(lambda _: away) as arrived:
            with pytest.raises(DeliveryError):
                await call(far, egress, f"http://127.0.0.1:{arrived[0]}/tariffs")
        assert (len(arrived), len(elsewhere)) == (2, 1)


@pytest.mark.parametrize(
    "answer",
    [
        whole(b"<html>it works</html>"),
        whole(b'{"status_code":"1000","data":{}}'),
        whole(b'{"data":{}}'),
        whole(b'{"status_code":1000,"data":[{},{}]}'),
        whole(gzip.compress(bytes(1_000_000)), b"Content-Encoding: gzip\r\n"),
        whole(b"x", b"Content-Encoding: br\r\n"),
        whole(b"x", b"Content-Encoding: zstd\r\n"),
        whole(b"x" * 6_000_000),
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n" + b"x" * 6_000_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nx\r\n",
        b"HTTP/9.9 banana\r\n\r\n",
        b"",
    ],
)
async def test_whatever_is_answered_is_one_delivery_error_and_the_next_request_is_served(
    far: SimulatedPartner, egress: Egress, answer: bytes
) -> None:
    """F-37."""
    async with listening(lambda _: answer) as arrived:
        with pytest.raises(DeliveryError):
            await call(far, egress, f"http://127.0.0.1:{arrived[0]}/tariffs")
    async with listening() as arrived:
        with pytest.raises(DeliveryError, match="HTTP 200"):
            await call(far, egress, f"http://127.0.0.1:{arrived[0]}/tariffs")
    assert b"GET /tariffs/FR/CPO/T1 HTTP/1.1" in arrived[1]
