"""How many requests came, how they were answered, how long it took: one histogram, `requests_seconds`.

Partners choose what they answer through us, and a label for each number of theirs would never end; so
statuses that the specification does not name are counted by their thousand.
"""

from http import HTTPStatus
from typing import Final

from prometheus_client import Histogram

from ocpi.process.metrics import Metrics

_NAMED: Final = frozenset({1000, *range(2000, 2005), *range(3000, 3004), *range(4000, 4004)})
_HTTP: Final = frozenset(status.value for status in HTTPStatus)


class RequestMetrics:
    def __init__(self, metrics: Metrics) -> None:
        self._seconds = metrics.histogram(
            "requests_seconds",
            "Requests of partners, from their arrival to their answer.",
            ("module", "side", "http", "status"),
        )

        self._by_labels: dict[tuple[str, ...], Histogram] = {}  # to find one takes longer than to count

    def count(self, module: str, side: str, http: int, status: int, seconds: float) -> None:
        labels = (module, side, _http(http), _status(status))
        counted = self._by_labels.get(labels)
        if counted is None:
            counted = self._by_labels[labels] = self._seconds.labels(*labels)
        counted.observe(seconds)


def _http(status: int) -> str:
    return str(status) if status in _HTTP else "other"


def _status(status: int) -> str:
    if status in _NAMED:
        return str(status)
    return f"{status // 1000}xxx" if 1000 <= status <= 4999 else "other"  # noqa: PLR2004 - OCPI's ranges
