"""How much is missing, for whoever watches."""

from emsp_adapter.gaps.store import GapStore
from ocpi.process.metrics import Across, Metrics


class GapMetrics:
    def __init__(self, metrics: Metrics, gaps: GapStore) -> None:
        self._gaps = gaps
        self._open = metrics.gauge(
            "charge_gaps", "Charges of which something is missing that nobody has acknowledged",
            ("kind",), Across.SAME,
        )  # fmt: skip

    async def refresh(self) -> None:
        for kind, count in (await self._gaps.count_open()).items():
            self._open.labels(kind).set(count)
