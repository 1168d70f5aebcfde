"""How wrong the clock of each station is, from what it says while it is connected.

A message takes its time, and a queued one hours, so the least late of the last ones tells most.
"""

from collections import deque
from datetime import datetime
from typing import Final

_LOOKED_AT: Final = 16


class Clocks:
    def __init__(self) -> None:
        self._late_s: dict[str, deque[float]] = {}

    def told(self, station: str, at: datetime, received_at: datetime) -> None:
        """`at` as the station stamped a message that we heard at `received_at`."""
        late = self._late_s.setdefault(station, deque(maxlen=_LOOKED_AT))
        late.append((received_at - at).total_seconds())

    def errors_s(self) -> dict[str, int]:
        """Seconds by which each is ahead, negative where it is behind, as far as something is known."""
        return {station: -round(min(late)) for station, late in self._late_s.items()}

    def forget(self, station: str) -> None:
        """It has booted, and perhaps set its clock."""
        self._late_s.pop(station, None)
