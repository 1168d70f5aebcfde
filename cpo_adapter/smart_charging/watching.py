"""Whoever limits a session hears how it is limited now, each time that the station says something new.

Stations tell no schedule of their own accord, so they are asked: after each set and clear, when one says that
another limit holds, and every few minutes while the session runs.
Spec: 2.3.0 mod_charging_profiles, Sender Interface, PUT method (ActiveChargingProfile).
"""

import asyncio
from collections import defaultdict
from functools import partial
from typing import Final, Protocol

from cpo_adapter.commands.callbacks import Callbacks
from cpo_adapter.ocpp.intents import NotAsked, TellSchedule
from cpo_adapter.ocpp.schedules import Schedule
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.smart_charging.rendering import active_profile, is_news
from cpo_adapter.smart_charging.store import Limited, LimitedSessions
from ocpi.errors import DeliveryError
from ocpi.process.clock import Clock
from ocpi.process.logs import correlation, logger
from ocpi.process.tasks import Supervisor

log = logger(__name__)

EVERY_S: Final = 300.0
AHEAD_S: Final = 3600


class Scheduled(Protocol):
    async def schedule(self, station: str, intent: TellSchedule) -> Schedule | None:
        """None: the station would not say. Raises NotAsked."""


class ProfileWatch:
    def __init__(
        self,
        *,
        store: LimitedSessions,
        transactions: TransactionStore,
        asker: Scheduled,
        callbacks: Callbacks,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._store = store
        self._transactions = transactions
        self._asker = asker
        self._callbacks = callbacks
        self._supervisor = supervisor
        self._clock = clock
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run(self) -> None:
        while True:
            await self._clock.sleep(EVERY_S)
            for limited in await self._store.all():
                await self._look_at(limited.session_id)

    def look(self, session_id: str) -> None:
        """Soon; only those are looked at that somebody has limited."""
        self._supervisor.start(f"profile of {session_id}", partial(self._look_at, session_id))

    def look_around(self, station: str) -> None:
        """As `look`, at all sessions there."""
        self._supervisor.start(f"profiles at {station}", partial(self._look_around, station))

    async def _look_around(self, station: str) -> None:
        for limited in await self._store.all():
            if limited.station == station:
                await self._look_at(limited.session_id)

    async def _look_at(self, session_id: str) -> None:
        """One look at a time, so that nothing is told twice."""
        async with self._turns[session_id]:
            limited = await self._store.get(session_id)
            if limited is not None:
                await self._look(limited)

    async def _look(self, limited: Limited) -> None:
        with correlation(limited.reply.correlation_id):
            if await self._has_ended(limited):
                await self._store.remove(limited)
                del self._turns[limited.session_id]
                return
            try:
                await self._compare(limited)
            except (NotAsked, DeliveryError) as error:
                log.info("active profile not told", session=limited.session_id, reason=str(error))

    async def _compare(self, limited: Limited) -> None:
        found = await self._asker.schedule(limited.station, TellSchedule(limited.outlet, AHEAD_S))
        if found is None or not is_news(limited.told, found, self._clock.now()):
            return
        await self._callbacks.tell_profile(limited.reply, limited.session_id, active_profile(found))
        await self._store.told(limited, found)

    async def _has_ended(self, limited: Limited) -> bool:
        return (await self._transactions.load(limited.number)).end is not None
