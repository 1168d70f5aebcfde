"""Everything of a station's that was refused, ignored or left unanswered, as a number of its own kind.

Kinds are few and ours: nothing that a station chose becomes a label.
"""

from enum import StrEnum

from ocpi.process.metrics import Metrics


class Why(StrEnum):
    BINARY_FRAME = "binary frame"
    UNREADABLE = "unreadable frame"
    BROKEN = "broken transaction message"
    CALL_ERROR = "answered by an error"
    NOT_STORED = "not stored and not answered"
    NOT_AWAITED = "answer that nobody waits for"
    FLOOD = "too many messages without waiting"


class Tally:
    """The counter `station_refusals_total`."""

    def __init__(self, metrics: Metrics) -> None:
        refusals = metrics.counter(
            "station_refusals_total", "What stations sent and did not get through with, by kind.", ("why",)
        )
        self._counters = {why: refusals.labels(why.value) for why in Why}

    def count(self, why: Why) -> None:
        self._counters[why].inc()
