"""Where the parts meet by which several processes are one adapter."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from cpo_adapter.crew import berths, errands
from cpo_adapter.crew.berths import Berths
from cpo_adapter.crew.courier import Courier
from cpo_adapter.crew.elsewhere import CrewElsewhere
from cpo_adapter.crew.errands import Errands
from cpo_adapter.crew.favours import Favours
from cpo_adapter.crew.lookout import Hands, Lookout, TakeOver, Watching
from cpo_adapter.crew.members import Crew
from cpo_adapter.crew.runner import Runner
from cpo_adapter.keeping.room import KeepingRoom
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.stations.registry import Registry
from cpo_adapter.stations.sight import Sight
from cpo_adapter.stations.states import States
from ocpi.process.mongo import DriverError
from ocpi.service.foundation import Foundation

INDEXES: Final = (*berths.INDEXES, *errands.INDEXES)
_LEFT_WITHIN_S: Final = 2.0


@dataclass(slots=True)
class StationMemory:
    """What is remembered here of stations that others look after. `keeping` is there once its room is."""

    registry: Registry
    states: States
    sight: Sight
    keeping: KeepingRoom | None = None

    async def refresh(self) -> None:
        await self.states.refresh(self.registry.is_here)
        await self.sight.refresh()

    async def expect(self, stations: Sequence[str]) -> None:
        if self.keeping is not None:
            for station in await self.keeping.messages.waiting_of(stations):
                self.wait(station)

    def wait(self, station: str) -> None:
        if self.keeping is not None:
            self.keeping.backlog.defer(station)

    def is_behind(self) -> bool:
        return self.keeping is not None and not self.keeping.journal.is_empty


class CrewRoom:
    """Made before the rooms that it looks after; it opens when they are there."""

    def __init__(self, foundation: Foundation, registry: Registry) -> None:
        mongo, clock, supervisor = foundation.mongo, foundation.clock, foundation.supervisor
        self.crew = Crew(mongo=mongo, clock=clock, instance=foundation.instance)
        self._foundation = foundation
        self._registry = registry
        self._berths = Berths(mongo=mongo, crew=self.crew, supervisor=supervisor, clock=clock)
        self._errands = Errands(mongo=mongo, key=foundation.key_for("station errands"), clock=clock)
        self._courier = Courier(crew=self.crew, errands=self._errands, clock=clock)
        self.favours = Favours(crew=self.crew, courier=self._courier)

    async def leave(self) -> None:
        """No station is here any more; what is left undone is for the others, if there are any."""
        with suppress(DriverError, TimeoutError):
            async with asyncio.timeout(_LEFT_WITHIN_S):
                await self.crew.leave()

    async def tends(self, station: str) -> bool:
        """Whether this process looks at a station for partners: where it is, else whoever has the duty."""
        if self._registry.is_here(station):
            return True
        return self._berths.elsewhere(station) is None and await self._foundation.duty.is_ours()

    def who_has(self, station: str) -> str | None:
        """The life of another process that the station is at, where it is not here."""
        berth = None if self._registry.is_here(station) else self._berths.elsewhere(station)
        return None if berth is None else berth.life

    def refreshed_by(self, refresh: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[bool]]:
        """Have `refresh` done where there are others, and say whether there are."""

        async def refreshed() -> bool:
            if not self.crew.is_alone:
                await refresh()
            return not self.crew.is_alone

        return refreshed

    def open(
        self,
        memory: StationMemory,
        watching: Watching,
        dialects: Sequence[Dialect],
        came_from: Callable[[str, str], None],
        take_over: TakeOver,
    ) -> None:
        """Stations may come in from now on."""
        foundation, supervisor, clock = self._foundation, self._foundation.supervisor, self._foundation.clock
        elsewhere = CrewElsewhere(
            crew=self.crew,
            berths=self._berths,
            courier=self._courier,
            rooms=memory,
            supervisor=supervisor,
        )
        elsewhere.dialects = {each.subprotocol: each for each in dialects}
        self._registry.elsewhere = elsewhere
        runner = Runner(
            crew=self.crew,
            errands=self._errands,
            here=self._registry.here,
            favours=self.favours,
            supervisor=supervisor,
            clock=clock,
        )
        lookout = Lookout(
            crew=self.crew,
            berths=self._berths,
            rooms=memory,
            hands=Hands(watching, self._registry.lose, came_from, take_over),
            is_behind=memory.is_behind,
            duty=foundation.duty,
            clock=clock,
        )
        supervisor.start("look after other processes", lookout.run, restart=True)
        supervisor.start("errands of other processes", runner.run, restart=True)


def on_duty(foundation: Foundation, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """As work of one process for all."""
    return partial(foundation.duty.while_ours, work)
