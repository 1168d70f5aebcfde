"""How deliveries fare, and how much is waiting or was given up: two numbers that should be near zero.

A partner is a label, but no more of them than a scraper can bear: those that come later count as `others`.
"""

from typing import Final

from prometheus_client import Counter

from ocpi.delivery.marks import Mark
from ocpi.delivery.outbox import Outbox
from ocpi.process.clock import Clock
from ocpi.process.metrics import Across, Metrics
from schemas.kinds import PartyId

COUNTED_EVERY_S: Final = 10.0
MOST_PARTIES: Final = 200
OTHERS: Final = "others"


class DeliveryMetrics:
    """The counter `deliveries_total`; an outcome is delivered, failed, refused, parked or given_up."""

    def __init__(self, metrics: Metrics) -> None:
        self._deliveries = metrics.counter(
            "deliveries_total", "Tries to tell a party an object, by outcome.", ("party", "outcome")
        )
        self._named: set[str] = set()
        self._counters: dict[tuple[PartyId, str], Counter] = {}

    def count(self, mark: Mark, outcome: str) -> None:
        key = (mark.due.to, outcome)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._deliveries.labels(self._label(str(mark.due.to)), outcome)
            self._counters[key] = counter
        counter.inc()

    def _label(self, party: str) -> str:
        if party not in self._named:
            if len(self._named) >= MOST_PARTIES:
                return OTHERS
            self._named.add(party)
        return party


class OutboxMetrics:
    """The gauges `outbox_marks`, by state, and `outbox_oldest_due_seconds`; looked up now and then."""

    def __init__(self, outbox: Outbox, metrics: Metrics, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        self._marks = metrics.gauge(
            "outbox_marks", "Objects that a partner lacks, by state.", ("state",), across=Across.SAME
        )
        self._age = metrics.gauge(
            "outbox_oldest_due_seconds",
            "How long the most overdue mark has been due; 0 when none is.",
            across=Across.SAME,
        )

    async def keep_counting(self) -> None:
        while True:
            await self._count()
            await self._clock.sleep(COUNTED_EVERY_S)

    async def _count(self) -> None:
        """What waits is what is there and not parked: a million marks are not counted one by one."""
        parked = await self._outbox.parked()
        self._marks.labels("waiting").set(max(0, await self._outbox.all() - parked))
        self._marks.labels("parked").set(parked)
        oldest = await self._outbox.oldest_due()
        self._age.set((self._clock.now() - oldest).total_seconds() if oldest else 0)
