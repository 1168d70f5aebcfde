"""Where time goes, across processes: OpenTelemetry, if somebody wants it.

Off unless an OTLP endpoint is configured. Without the extra `otel` it stays off, and says so once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata

import aiohttp
from aiohttp.typedefs import Middleware

from ocpi.process import logs

_log = logs.logger(__name__)


def _nothing_to_close() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Tracing:
    """What a service builds into its applications and its Egress; empty where tracing is off.

    `close` sends what is still held back; it blocks for a moment.
    """

    middlewares: tuple[Middleware, ...] = ()
    trace_configs: tuple[aiohttp.TraceConfig, ...] = ()
    close: Callable[[], None] = _nothing_to_close


def tracing(service: str, endpoint: str | None) -> Tracing:
    """Tracing of `service` to the OTLP/HTTP collector at `endpoint` (`http://host:4318`)."""
    if not endpoint:
        return Tracing()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        from ocpi.process.spans import spans  # noqa: PLC0415
    except ImportError:
        _log.warning("tracing stays off", missing="pip install 'passerelle[otel]'")
        return Tracing()
    resource = Resource({"service.name": service, "service.version": metadata.version("passerelle")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    return spans(provider)
