"""Of one party one thing is fetched at a time, by whichever process; parties do not wait for each other."""

import asyncio
from collections.abc import Awaitable, Callable

from ocpi.process.clock import Clock
from ocpi.process.duty import Duty
from ocpi.process.mongo import Mongo
from schemas.kinds import PartyId


class Turns:
    """`holder` names this process among those on one database."""

    def __init__(self, *, mongo: Mongo, clock: Clock, holder: str) -> None:
        self._mongo = mongo
        self._clock = clock
        self._holder = holder
        self._duties: dict[PartyId, Duty] = {}
        self._here: dict[PartyId, asyncio.Lock] = {}

    def is_busy(self, party: PartyId) -> bool:
        """Here; another process may be at it."""
        return self._lock(party).locked()

    async def alone(self, party: PartyId, work: Callable[[], Awaitable[None]]) -> bool:
        """Do something with a party while nobody else does; False where somebody does already.

        Raises what the work raises.
        """
        return False if self.is_busy(party) else await self.in_turn(party, work)

    async def in_turn(self, party: PartyId, work: Callable[[], Awaitable[None]]) -> bool:
        """As `alone`, after whatever is done with the party here; False where another process is at it."""
        async with self._lock(party):
            return await self._duty(party).once(work)

    def _lock(self, party: PartyId) -> asyncio.Lock:
        return self._here.setdefault(party, asyncio.Lock())

    def _duty(self, party: PartyId) -> Duty:
        if party not in self._duties:
            self._duties[party] = Duty(
                f"lists of {party}", mongo=self._mongo, clock=self._clock, holder=self._holder
            )
        return self._duties[party]
