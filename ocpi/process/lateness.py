"""How late the event loop is: what waits for its turn waits so long at least.

By the loop's own time: what is asked is how it really is, whatever a test makes of the clock.
"""

import asyncio
from collections import deque
from typing import Final

from ocpi.process.metrics import Across, Metrics

EVERY_S: Final = 0.1
_WINDOWS: Final = 12
_TURNS_OF_A_WINDOW: Final = 50


class Lateness:
    """The gauge `loop_late_seconds`: the worst of the last minute."""

    def __init__(self, metrics: Metrics) -> None:
        self._windows: deque[float] = deque([0.0], maxlen=_WINDOWS)
        gauge = metrics.gauge(
            "loop_late_seconds", "How late the event loop was at worst, of late.", across=Across.SAME
        )
        gauge.set_function(lambda: max(self._windows))

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for _ in range(_TURNS_OF_A_WINDOW):
                due = loop.time() + EVERY_S
                await asyncio.sleep(EVERY_S)
                self._windows[-1] = max(self._windows[-1], loop.time() - due)
            self._windows.append(0.0)
