"""How the lists of CPOs are doing, for whoever watches: the same numbers in every process."""

from datetime import datetime
from typing import Final

from ocpi.process.clock import Clock
from ocpi.process.health import Degraded
from ocpi.process.metrics import Across, Metrics
from ocpi.pulling.keeping import OUTAGE
from ocpi.pulling.store import FetchStore

REFRESHED_EVERY_S: Final = 60.0
_LABELS: Final = ("cpo", "module")


class SyncMetrics:
    def __init__(self, metrics: Metrics, store: FetchStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._age = metrics.gauge(
            "list_age_seconds", "Since the last fetch of a CPO's list that succeeded", _LABELS, Across.SAME
        )
        self._failing = metrics.gauge(
            "list_failures", "Fetches of a CPO's list that failed, one after the other", _LABELS, Across.SAME
        )
        self._bad = metrics.gauge(
            "list_bad_objects", "In the last fetch of a CPO's list that succeeded", _LABELS, Across.SAME
        )

    async def run(self) -> None:
        while True:
            await self.refresh()
            await self._clock.sleep(REFRESHED_EVERY_S)

    async def refresh(self) -> None:
        now = self._clock.now()
        for each in await self._store.all():
            labels = (each["party"], each["module"])
            self._failing.labels(*labels).set(each.get("failures", 0))
            self._bad.labels(*labels).set((each.get("last") or {}).get("bad", 0))
            if (until := each.get("until")) is not None:
                self._age.labels(*labels).set(_seconds(now, until))

    async def check(self) -> None:
        """For /readyz: a CPO in trouble is no trouble of ours, but that nobody looks is.

        Raises Degraded.
        """
        looked_at = await self._store.last_look()
        if looked_at is not None and self._clock.now() - looked_at > OUTAGE:
            raise Degraded(f"nobody has looked which lists of CPOs are due since {looked_at.isoformat()}")


def _seconds(now: datetime, then: datetime) -> float:
    return (now - then).total_seconds()
