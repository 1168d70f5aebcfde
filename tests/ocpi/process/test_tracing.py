"""Spans around what is served and what is sent, read from an exporter in memory."""

import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from structlog.testing import capture_logs

from ocpi.process import logs
from ocpi.process.egress import Egress
from ocpi.process.run import Site, listening
from ocpi.process.spans import spans
from ocpi.process.tracing import Tracing, tracing


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traced(exporter: InMemorySpanExporter) -> Tracing:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return spans(provider)


@pytest.fixture
async def url(traced: Tracing) -> AsyncIterator[str]:
    """A traced server whose `/broken` fails and whose `/missing` is a 404."""

    async def token(_: web.Request) -> web.Response:
        return web.Response()

    async def broken(_: web.Request) -> web.Response:
        raise ValueError("card 04A2B3C4D5E680")

    async def missing(_: web.Request) -> web.Response:
        raise web.HTTPNotFound

    app = web.Application(middlewares=traced.middlewares)
    app.add_routes(
        [web.get("/tokens/{uid}", token), web.get("/broken", broken), web.get("/missing", missing)]
    )
    async with listening([Site(name="ocpi", app=app, port=0)]) as urls:
        yield urls["ocpi"]


@pytest.fixture
async def egress(traced: Tracing) -> AsyncIterator[Egress]:
    async with Egress(allow_private=True, trace_configs=traced.trace_configs) as egress:
        yield egress


def one(exporter: InMemorySpanExporter, kind: SpanKind) -> ReadableSpan:
    (span,) = [span for span in exporter.get_finished_spans() if span.kind is kind]
    return span


async def test_a_request_is_one_trace_on_both_sides(
    egress: Egress, url: str, exporter: InMemorySpanExporter
) -> None:
    await egress.send("GET", f"{url}/tokens/04A2B3C4D5E680")
    sent, served = one(exporter, SpanKind.CLIENT), one(exporter, SpanKind.SERVER)
    assert served.parent is not None
    assert served.parent.span_id == sent.context.span_id
    assert served.context.trace_id == sent.context.trace_id
    assert (sent.name, served.name) == ("GET 127.0.0.1", "GET /tokens/{uid}")


async def test_calls_by_httpx_are_traced_too(
    egress: Egress, url: str, exporter: InMemorySpanExporter
) -> None:
    async with egress.httpx_client() as client:
        await client.get(f"{url}/tokens/1")
    assert one(exporter, SpanKind.SERVER).parent is not None


async def test_no_span_carries_the_card_uid_of_a_path_or_an_error(
    egress: Egress, url: str, exporter: InMemorySpanExporter
) -> None:
    await egress.send("GET", f"{url}/tokens/04A2B3C4D5E680")
    await egress.send("GET", f"{url}/broken")
    await egress.send("GET", f"{url}/nowhere/04A2B3C4D5E680")
    told = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "04A2B3C4D5E680" not in told


async def test_a_failing_handler_is_an_error_by_its_type(
    egress: Egress, url: str, exporter: InMemorySpanExporter
) -> None:
    await egress.send("GET", f"{url}/broken")
    served, sent = one(exporter, SpanKind.SERVER), one(exporter, SpanKind.CLIENT)
    assert served.attributes is not None
    assert served.attributes["error.type"] == "ValueError"
    assert served.status.status_code is StatusCode.ERROR
    assert sent.status.status_code is StatusCode.ERROR


async def test_a_404_is_an_answer_and_no_error(
    egress: Egress, url: str, exporter: InMemorySpanExporter
) -> None:
    await egress.send("GET", f"{url}/missing")
    served = one(exporter, SpanKind.SERVER)
    assert served.attributes is not None
    assert served.attributes["http.response.status_code"] == 404
    assert served.status.status_code is StatusCode.UNSET


async def test_a_call_that_reaches_nobody_is_an_error_with_the_correlation_id(
    egress: Egress, exporter: InMemorySpanExporter
) -> None:
    with logs.correlation("c-1"), pytest.raises(aiohttp.ClientConnectorDNSError):
        await egress.send("GET", "http://no-such-partner.invalid/")
    sent = one(exporter, SpanKind.CLIENT)
    assert sent.attributes is not None
    assert sent.attributes["error.type"] == "ClientConnectorDNSError"
    assert sent.attributes["correlation_id"] == "c-1"


def test_without_an_endpoint_nothing_is_traced() -> None:
    assert tracing("hub", None) == Tracing()
    tracing("hub", None).close()


def test_with_an_endpoint_both_sides_are_traced() -> None:
    active = tracing("hub", "http://127.0.0.1:4318")
    assert len(active.middlewares) == len(active.trace_configs) == 1
    active.close()


def test_without_the_extra_it_stays_off_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with capture_logs() as lines:
        assert tracing("hub", "http://127.0.0.1:4318") == Tracing()
    assert [(line["event"], line["missing"]) for line in lines] == [
        ("tracing stays off", "pip install 'passerelle[otel]'")
    ]
