"""Who guesses: addresses from which too many wrong tokens, or whatever else opens a door, came lately.

Such an address is refused without a look into the database, and told to wait; a good token of somebody behind
the same address still opens. Addresses are forgotten after a minute, and the oldest when there are too many.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from ocpi.process.clock import Clock
from ocpi.process.logs import logger

log = logger(__name__)

WINDOW_S: Final = 60
ALLOWED: Final = 300
"""Wrong tokens a minute from one address: a partner with an old token, retrying, stays below."""
_MOST_ADDRESSES: Final = 10_000


@dataclass(slots=True)
class _Window:
    began_s: float
    failures: int = 0


class Attempts:
    def __init__(
        self, clock: Clock, *, allowed: int = ALLOWED, told: str = "tokens are being guessed"
    ) -> None:
        """`told` stands in the log. A caller may count others than addresses in the same way."""
        self._clock = clock
        self._allowed = allowed
        self._told = told
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    def are_too_many(self, address: str) -> bool:
        window = self._windows.get(address)
        return window is not None and self._holds(window) and window.failures >= self._allowed

    def failed(self, address: str) -> None:
        window = self._windows.get(address)
        if window is None or not self._holds(window):
            window = self._open(address)
        window.failures += 1
        if window.failures == self._allowed:
            log.warning(
                self._told,
                address=address,
                failures=self._allowed,
                within_s=WINDOW_S,
            )

    def _open(self, address: str) -> _Window:
        window = self._windows[address] = _Window(self._clock.monotonic())
        self._windows.move_to_end(address)
        if len(self._windows) > _MOST_ADDRESSES:
            self._windows.popitem(last=False)
        return window

    def _holds(self, window: _Window) -> bool:
        return self._clock.monotonic() - window.began_s < WINDOW_S
