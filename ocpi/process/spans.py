"""A span around each request served and each request sent. Imported only where the extra `otel` is installed.

Named after the route or the host, never the path: paths of OCPI carry card uids. For the same reason the
text of an exception stays out, its type goes in. The trace travels on in the header `traceparent`.
"""

from types import SimpleNamespace

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from opentelemetry import propagate, trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer

from ocpi.process import logs
from ocpi.process.tracing import Tracing

_FIRST_SERVER_ERROR = 500


def spans(provider: TracerProvider) -> Tracing:
    tracer = provider.get_tracer("passerelle")
    return Tracing(
        middlewares=(_around_served(tracer),), trace_configs=(_around_sent(tracer),), close=provider.shutdown
    )


def _around_served(tracer: Tracer) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        route = _route(request)
        with tracer.start_as_current_span(
            f"{request.method} {route}",
            context=propagate.extract(request.headers),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": request.method, "http.route": route},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                response = await handler(request)
            except web.HTTPException as answer:
                _answered(span, answer.status)
                raise
            except BaseException as error:
                _failed(span, error)
                raise
            _answered(span, response.status)
            return response

    return middleware


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown path"


def _around_sent(tracer: Tracer) -> aiohttp.TraceConfig:
    async def begin(
        _: aiohttp.ClientSession, context: SimpleNamespace, sent: aiohttp.TraceRequestStartParams
    ) -> None:
        host = sent.url.host or ""
        attributes: dict[str, str | int] = {
            "http.request.method": sent.method,
            "server.address": host,
            "server.port": sent.url.port or 0,
        }
        if correlation_id := logs.current_correlation():
            attributes["correlation_id"] = correlation_id
        span = tracer.start_span(f"{sent.method} {host}", kind=SpanKind.CLIENT, attributes=attributes)
        propagate.inject(sent.headers, context=trace.set_span_in_context(span))
        context.span = span

    async def end(
        _: aiohttp.ClientSession, context: SimpleNamespace, sent: aiohttp.TraceRequestEndParams
    ) -> None:
        _answered(context.span, sent.response.status)
        context.span.end()

    async def fail(
        _: aiohttp.ClientSession, context: SimpleNamespace, sent: aiohttp.TraceRequestExceptionParams
    ) -> None:
        _failed(context.span, sent.exception)
        context.span.end()

    config = aiohttp.TraceConfig()
    config.on_request_start.append(begin)
    config.on_request_end.append(end)
    config.on_request_exception.append(fail)
    return config


def _answered(span: trace.Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= _FIRST_SERVER_ERROR:
        span.set_status(Status(StatusCode.ERROR))


def _failed(span: trace.Span, error: BaseException) -> None:
    span.set_attribute("error.type", type(error).__name__)
    span.set_status(Status(StatusCode.ERROR))
