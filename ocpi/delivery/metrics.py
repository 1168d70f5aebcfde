"""How much is waiting to be delivered, and how much was given up: two numbers that should be near zero."""

from typing import Final

from ocpi.delivery.outbox import Outbox
from ocpi.process.clock import Clock
from ocpi.process.metrics import Across, Metrics

COUNTED_EVERY_S: Final = 10.0


class OutboxMetrics:
    """The gauge `outbox_marks`, by state; counted now and then, since counting asks the database."""

    def __init__(self, outbox: Outbox, metrics: Metrics, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        self._marks = metrics.gauge(
            "outbox_marks", "Objects that a partner lacks, by state.", ("state",), across=Across.SAME
        )

    async def keep_counting(self) -> None:
        while True:
            self._marks.labels("waiting").set(await self._outbox.waiting())
            self._marks.labels("parked").set(await self._outbox.parked())
            await self._clock.sleep(COUNTED_EVERY_S)
