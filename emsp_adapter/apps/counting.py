"""How often which operation of the API was answered how."""

from typing import Final

from ocpi.process.metrics import Metrics

NONE: Final = "none"
"""Refused before it was known what was asked: no key, no such address."""


class ApiMetrics:
    def __init__(self, metrics: Metrics) -> None:
        self._requests = metrics.counter(
            "api_requests_total", "Requests to the API for apps.", ("operation", "status")
        )

    def count(self, operation: str, status: int) -> None:
        self._requests.labels(operation, str(status)).inc()
