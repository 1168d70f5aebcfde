"""One request to one partner over a real socket: what comes back, or which trouble it was. F-37."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from yarl import URL

from ocpi.client.http import LONGEST_RETRY_AFTER_S, Outgoing, Received, accepted, send
from ocpi.errors import Rejected, TimedOut, Unreachable, Unreadable
from ocpi.process.clock import SystemClock
from ocpi.process.egress import Egress
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import MessageIds, Routing
from tests.platforms import CPO, EMSP

CLOCK = SystemClock()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[URL]:
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield URL(f"http://127.0.0.1:{runner.addresses[0][1]}/ocpi/cdrs")
    await runner.cleanup()


@pytest.fixture
async def egress() -> AsyncIterator[Egress]:
    async with Egress(allow_private=True, at_most_bytes=1000) as way_out:
        yield way_out


def outgoing(url: URL, *, within_s: float = 5, body: bytes | None = None) -> Outgoing:
    return Outgoing(
        method="GET" if body is None else "POST",
        url=url,
        token=CredentialsToken("secret-token"),
        ids=MessageIds("r-1", "c-1"),
        deadline=CLOCK.now() + timedelta(seconds=within_s),
        routing=Routing(to=EMSP, sender=CPO),
        body=body,
    )


async def test_token_ids_routing_and_body_are_what_arrives(egress: Egress) -> None:
    arrived: list[tuple[web.Request, bytes]] = []

    async def remember(request: web.Request) -> web.Response:
        arrived.append((request, await request.read()))
        return web.Response(body=b"x", headers={"Location": "here"}, status=201)

    async with serving(remember) as url:
        received = await send(egress, CLOCK, outgoing(url, body=b'{"n":1.50}'))
    ((request, body),) = arrived
    assert body == b'{"n":1.50}'
    assert request.headers["Authorization"] == "Token c2VjcmV0LXRva2Vu"
    assert (request.headers["X-Request-ID"], request.headers["X-Correlation-ID"]) == ("r-1", "c-1")
    assert request.headers["OCPI-to-party-id"] == EMSP.party_id
    assert request.headers["Content-Type"] == "application/json"
    assert (received.http, received.body, received.headers["Location"]) == (201, b"x", "here")


async def test_each_trouble_has_its_name(egress: Egress) -> None:
    async def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def say_too_much(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 1001)

    async def redirect(_: web.Request) -> web.Response:
        raise web.HTTPFound("http://127.0.0.1:1/")

    for handler in (hang_up, say_too_much):
        async with serving(handler) as url:
            with pytest.raises(Unreachable, match=r"127\.0\.0\.1 cannot be reached"):
                await send(egress, CLOCK, outgoing(url))
    for written in (
        "http://127.0.0.1:1/x",
        f"http://{'a' * 70}.example/",
        "http://a..b/",
        "http://x.invalid/",
    ):
        with pytest.raises(Unreachable):
            await send(egress, CLOCK, outgoing(URL(written)))
    async with serving(redirect) as url:
        received = await send(egress, CLOCK, outgoing(url))
        with pytest.raises(Unreadable):
            accepted(received)


async def test_the_deadline_is_an_instant(egress: Egress) -> None:
    async def dawdle(request: web.Request) -> web.Response:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b" ")
            await CLOCK.sleep(0.05)
        return web.Response()

    async with serving(dawdle) as url:
        with pytest.raises(TimedOut, match="in time"):
            await send(egress, CLOCK, outgoing(url, within_s=0.2))
        with pytest.raises(TimedOut, match="no time is left"):
            await send(egress, CLOCK, outgoing(url, within_s=0))


def received(http: int, body: bytes = b"", **headers: str) -> Received:
    return Received(http, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def test_a_success_is_an_envelope_with_1xxx() -> None:
    """C-047: whatever its data is."""
    assert accepted(received(200, b'{"status_code": 1000, "data": [1]}')).data == b"[1]"
    assert accepted(received(201, b'{"status_code": 1900}')).data is None


@pytest.mark.parametrize(
    ("answer", "http", "ocpi", "text"),
    [
        (received(200, b'{"status_code": 2001, "status_message": "no"}'), 200, 2001, "no"),
        (received(500, b"<html>"), 500, None, "HTTP 500"),
        (received(404, b'{"status_code": 2004}'), 404, 2004, "HTTP 404"),
        (received(200, b'{"status_code": 999}'), 200, 999, "HTTP 200"),
    ],
)
def test_a_refusal_keeps_both_statuses(answer: Received, http: int, ocpi: int | None, text: str) -> None:
    with pytest.raises(Rejected) as refused:
        accepted(answer)
    assert (refused.value.http, refused.value.ocpi, refused.value.text) == (http, ocpi, text)


def test_a_long_refusal_is_cut() -> None:
    """It goes into logs, into the outbox, and into answers to others."""
    body = b'{"status_code": 2001, "status_message": "' + b"x" * 5000 + b'"}'
    with pytest.raises(Rejected) as refused:
        accepted(received(200, body))
    assert len(refused.value.text) == 200


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("30", 30),
        ("0", 0),
        ("9" * 400, LONGEST_RETRY_AFTER_S),
        ("²", None),
        ("-5", None),
        ("", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
    ],
)
def test_retry_after_is_a_bounded_number_of_seconds(written: str, seconds: float | None) -> None:
    with pytest.raises(Rejected) as refused:
        accepted(received(429, Retry_After=written))
    assert refused.value.retry_after_s == seconds
