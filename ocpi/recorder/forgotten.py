"""How many messages were never recorded, for the metrics."""

from ocpi.process.metrics import Metrics
from ocpi.recorder.ring import Recorder


class Forgotten:
    def __init__(self, recorder: Recorder, metrics: Metrics) -> None:
        self._recorder = recorder
        self._counted = 0
        self._count = metrics.counter(
            "messages_forgotten",
            "Messages that were not recorded: too many came at once, or whoever wrote them was killed.",
        )

    def count(self) -> None:
        self._count.inc(self._recorder.forgotten - self._counted)
        self._counted = self._recorder.forgotten
