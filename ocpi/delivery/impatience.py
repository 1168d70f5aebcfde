"""What waits for an instant that is much farther off than anybody meant: a wall clock was set back since.

Such waits end at once. A try too early costs a request and no more, so that several processes may do this to
one outbox, each when it finds out, and one that begins may do it for what it finds. What the far side asked
for itself, and the long waits of a bill that was refused, stay as they are.
"""

from datetime import timedelta
from typing import Final

from ocpi.delivery.outbox import Outbox
from ocpi.delivery.policy import LONGEST_PAUSE, LONGEST_REST
from ocpi.delivery.troubles import Troubles
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.setbacks import Setbacks

log = logger(__name__)

_SPREAD: Final = 1.5
"""A pause is up to a half longer than its rule says."""


class Impatience:
    def __init__(self, *, outbox: Outbox, troubles: Troubles, clock: Clock) -> None:
        self._outbox = outbox
        self._troubles = troubles
        self._setbacks = Setbacks(clock)

    async def begins(self) -> None:
        """The clock may have been set back while nobody was here: no pause is so long by itself."""
        await self._end(LONGEST_PAUSE * _SPREAD, LONGEST_REST * _SPREAD)

    async def looks(self) -> bool:
        """Whether the clock was set back, and waits were ended for it."""
        if not self._setbacks.has_come():
            return False
        log.warning("the clock was set back; what waited is tried now")
        await self._end(timedelta(0), timedelta(0))
        return True

    async def _end(self, waits: timedelta, rests: timedelta) -> None:
        await self._troubles.end_rests(beyond=rests)
        await self._outbox.end_waits(await self._outbox.addresses_waiting(), beyond=waits)
