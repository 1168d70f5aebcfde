"""Whether the wall clock was set back: what waits for an instant by it would wait so much longer.

What measures durations does not jump; what the two tell apart is how far the wall clock did.
"""

from typing import Final

from ocpi.process.clock import Clock

LEAST_S: Final = 2.0
"""Clocks are slewed all the time; what waits a little longer for that is no harm."""


class Setbacks:
    """Asked now and then, it tells of each setback once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead_s = self._ahead()

    def has_come(self) -> bool:
        """Since it was asked last."""
        before_s, self._ahead_s = self._ahead_s, self._ahead()
        return self._ahead_s < before_s - LEAST_S

    def _ahead(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
