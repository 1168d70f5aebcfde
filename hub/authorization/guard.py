"""Who guesses cards: parties that ask about one after the other that nobody knows.

Counted by the minute. Above a number, and when most of what a party asks is about such cards, no more of them
are looked for until the minute is over; cards that are known here charge on. A question that is still open
counts as one about an unknown card, so that asking all at once gains nothing (attack 61).
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ocpi.errors import TooManyAttempts
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from schemas.kinds import PartyId

log = logger(__name__)

WINDOW_S: Final = 60
_MOST_PARTIES: Final = 10_000


@dataclass(slots=True)
class _Window:
    began_s: float
    asked: int = 0
    unknown: int = 0
    is_refused: bool = False


class Guard:
    """`most` unknown cards a minute are always looked for; `flooded` is called once a minute with whoever
    asks for more.
    """

    def __init__(self, *, clock: Clock, most: int, flooded: Callable[[PartyId], None]) -> None:
        self._clock = clock
        self._most = most
        self._flooded = flooded
        self._windows: OrderedDict[PartyId, _Window] = OrderedDict()

    def met(self, party: PartyId) -> None:
        """A card that is known here was asked about."""
        self._window(party).asked += 1

    def enter(self, party: PartyId) -> None:
        """A card is asked about that is not known here. Raises TooManyAttempts."""
        window = self._window(party)
        if window.unknown >= self._most and 2 * window.unknown > window.asked:
            self._refuse(party, window)
        window.asked += 1
        window.unknown += 1

    def known(self, party: PartyId) -> None:
        """Somebody knew what was entered."""
        window = self._window(party)
        window.unknown = max(0, window.unknown - 1)

    def _refuse(self, party: PartyId, window: _Window) -> None:
        if not window.is_refused:
            window.is_refused = True
            log.warning(
                "cards are being guessed", party=str(party), unknown=window.unknown, within_s=WINDOW_S
            )
            self._flooded(party)
        raise TooManyAttempts("too many unknown cards: wait before asking about more")

    def _window(self, party: PartyId) -> _Window:
        window = self._windows.get(party)
        if window is None or self._clock.monotonic() - window.began_s >= WINDOW_S:
            window = self._windows[party] = _Window(self._clock.monotonic())
            self._windows.move_to_end(party)
            if len(self._windows) > _MOST_PARTIES:
                self._windows.popitem(last=False)
        return window
