"""How often a session's charging may be asked about or changed: stations are slow, and count flash writes.

Spec: 2.3.0 mod_charging_profiles, ChargingProfileResponseType (TOO_OFTEN).
"""

from collections import deque
from typing import Final

from ocpi.process.clock import Clock

TIMES: Final = 6
WITHIN_S: Final = 60.0
_MOST_REMEMBERED: Final = 10_000


class Pace:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked_at_s: dict[str, deque[float]] = {}

    def allows(self, session_id: str) -> bool:
        """Once more for this session; what is not allowed does not count."""
        now_s = self._clock.monotonic()
        self._forget(now_s)
        recent = self._asked_at_s.pop(session_id, deque(maxlen=TIMES))
        self._asked_at_s[session_id] = recent
        if len(recent) == TIMES and now_s - recent[0] < WITHIN_S:
            return False
        recent.append(now_s)
        return True

    def _forget(self, now_s: float) -> None:
        """The session that was asked about longest ago stands first."""
        while self._asked_at_s:
            oldest, recent = next(iter(self._asked_at_s.items()))
            if now_s - recent[-1] < WITHIN_S and len(self._asked_at_s) < _MOST_REMEMBERED:
                return
            del self._asked_at_s[oldest]
