"""Two programs under one identity: the alarm, for nobody is kept out by it.

A connection that takes the place of another is usual: the link was lost and the old one is a ghost. Where the
old one still answers, there are two; where they throw each other out again and again, surely.
"""

from collections import deque
from datetime import datetime
from typing import Final

from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.metrics import Metrics

_log = logs.logger(__name__)

PROBED_FOR_S: Final = 5.0
_FIGHT_REPLACEMENTS: Final = 5
_FIGHT_S: Final = 60.0


class Clones:
    def __init__(self, *, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._replaced_at_s: dict[str, deque[float]] = {}
        self._seen_at: dict[str, datetime] = {}
        self._alarms = metrics.counter(
            "station_clone_alarms", "Stations of which two were there at once.", ("sign",)
        )

    def seen(self) -> dict[str, datetime]:
        """Of which stations there were two, and when, the last time."""
        return dict(self._seen_at)

    def replaced(self, station: str) -> None:
        now_s = self._clock.monotonic()
        recent = self._replaced_at_s.setdefault(station, deque(maxlen=_FIGHT_REPLACEMENTS))
        if len(recent) == _FIGHT_REPLACEMENTS and now_s - recent[0] < _FIGHT_S:
            self._raise(station, "fight")
            _log.error("two programs use one identity", station=station, replacements=len(recent) + 1)
        recent.append(now_s)

    def still_there(self, station: str, *, old: str, new: str) -> None:
        """The replaced connection, from the address `old`, answered after the new one had come."""
        self._raise(station, "both answer")
        _log.error("one identity is connected twice", station=station, old=old, new=new)

    def _raise(self, station: str, sign: str) -> None:
        self._seen_at[station] = self._clock.now()
        self._alarms.labels(sign).inc()
