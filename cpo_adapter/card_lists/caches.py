"""A card was blocked: every station forgets the cards that it remembers, who is away once it returns.

That a card was blocked is written down before anything else, so that each process, also one that starts
later, sees which stations still lack it.
Spec: OCPP 1.6, 3.5.1 and 5.4; 2.0.1, C10 and C11 (authorization cache).
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from cpo_adapter.card_lists.store import CardListStore
from cpo_adapter.ocpp.card_lists import ForgetCards
from cpo_adapter.ocpp.intents import Intent, NotAsked, Outcome, StationRefused
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.tasks import Supervisor

log = logger(__name__)

LOOK_EVERY_S: Final = 2.0
AGAIN_AFTER: Final = timedelta(minutes=5)


class Asker(Protocol):
    def connected(self) -> list[str]: ...

    async def ask(self, station: str, intent: Intent) -> Outcome:
        """Raises NotAsked."""


class Caches:
    """Follows the registry: a station that comes is looked at in the next turn."""

    def __init__(self, *, store: CardListStore, asker: Asker, supervisor: Supervisor, clock: Clock) -> None:
        self._store = store
        self._asker = asker
        self._supervisor = supervisor
        self._clock = clock
        self._done: dict[str, datetime] = {}
        self._tried_at: dict[str, datetime] = {}

    async def card_blocked(self) -> None:
        """Durable when this returns."""
        await self._store.blocked(self._clock.now())

    def came(self, station: str) -> None:
        self._tried_at.pop(station, None)

    def went(self, station: str) -> None:
        """It is looked at when it returns."""

    async def run(self) -> None:
        while True:
            await self.turn()
            await self._clock.sleep(LOOK_EVERY_S)

    async def turn(self) -> None:
        blocked_at = await self._store.blocked_at()
        if blocked_at is None:
            return
        here = [each for each in self._asker.connected() if self._is_to_be_seen(each, blocked_at)]
        lacking = await self._store.uncleared(here, blocked_at) if here else []
        self._done |= dict.fromkeys(set(here).difference(lacking), blocked_at)
        for station in lacking:
            self._tried_at[station] = self._clock.now()
            self._supervisor.start(f"{station} cache", partial(self._clear, station, blocked_at))

    def _is_to_be_seen(self, station: str, blocked_at: datetime) -> bool:
        done, tried_at = self._done.get(station), self._tried_at.get(station)
        rests = tried_at is not None and self._clock.now() - tried_at < AGAIN_AFTER
        return (done is None or done < blocked_at) and not rests

    async def _clear(self, station: str, blocked_at: datetime) -> None:
        """Whatever a station answers, it has been told; one without a cache has nothing to forget."""
        try:
            outcome = await self._asker.ask(station, ForgetCards())
        except NotAsked as error:
            if isinstance(error, StationRefused) and error.is_ignorance:
                return await self._cleared(station, blocked_at)
            log.warning("cache of a station not cleared yet", station=station, reason=str(error))
            return None
        log.info("cache of a station cleared", station=station, outcome=outcome)
        return await self._cleared(station, blocked_at)

    async def _cleared(self, station: str, blocked_at: datetime) -> None:
        await self._store.cleared(station, blocked_at)
        self._done[station] = blocked_at
        self._tried_at.pop(station, None)
