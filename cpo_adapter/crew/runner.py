"""Does for other processes what they ask of the stations that are here, or of this process itself."""

from collections.abc import Callable
from functools import partial

from cpo_adapter.crew.courier import ANSWER, LOOK_EVERY_S, trouble
from cpo_adapter.crew.errands import Errand, Errands, Told
from cpo_adapter.crew.favours import OF_NOBODY, Favours
from cpo_adapter.crew.members import Crew
from cpo_adapter.ocpp.connection import Connection
from cpo_adapter.ocpp.intents import NotAsked, StationGone
from ocpi.process.clock import Clock
from ocpi.process.tasks import Supervisor

Here = Callable[[str, str], Connection | None]
"""The connection of a station by which it came in, if it is here."""


class Runner:
    def __init__(
        self,
        *,
        crew: Crew,
        errands: Errands,
        here: Here,
        favours: Favours,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._crew = crew
        self._errands = errands
        self._here = here
        self._favours = favours
        self._supervisor = supervisor
        self._clock = clock

    async def run(self) -> None:
        while True:
            await self._crew.company()
            for name, errand in await self._errands.take(self._crew.life):
                self._supervisor.start(f"errand to {errand.station}", partial(self._do, name, errand))
            await self._clock.sleep(LOOK_EVERY_S)

    async def _do(self, name: str, errand: Errand) -> None:
        try:
            told = await self._done(errand)
        except NotAsked as error:
            told = trouble(error)
        await self._errands.settle(name, told)

    async def _done(self, errand: Errand) -> Told:
        """Raises NotAsked."""
        if errand.entry == OF_NOBODY:
            return Told(ANSWER, await self._favours.do(errand.action, errand.station))
        connection = self._here(errand.station, errand.entry)
        if connection is None:
            raise StationGone("not connected")
        return Told(ANSWER, await connection.call(errand.action, errand.request))
