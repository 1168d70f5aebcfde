"""A connector serves one car: of all that run there the newest goes on.

The others have ended, and nobody told. That may be the very start that is told: one of earlier, replayed
late, ends nothing newer; and an end that is told after all takes the place of the one that was assumed.
"""

from collections.abc import Callable

from cpo_adapter.ocpp.events import STATION
from cpo_adapter.sessions.ends import assumed_end
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Begin
from ocpi.process.clock import Clock
from ocpi.process.logs import logger

log = logger(__name__)


class Succession:
    """`touched` hears the number of every transaction that has changed."""

    def __init__(self, store: TransactionStore, touched: Callable[[int], None], clock: Clock) -> None:
        self._store = store
        self._touched = touched
        self._clock = clock

    async def keep(self, begin: Begin) -> None:
        """One that began where nobody knows ends nothing."""
        if begin.outlet != STATION:
            for older in (await self._store.running(begin.station, begin.outlet))[1:]:
                await self._end(older)

    async def _end(self, older: Begin) -> None:
        so_far = await self._store.load(older.number)
        await self._store.assume_end(older.number, assumed_end(so_far, self._clock.now()))
        log.warning("end of a transaction assumed", station=older.station, number=older.number)
        self._touched(older.number)
