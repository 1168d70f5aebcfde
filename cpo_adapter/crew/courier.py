"""Brings an errand to the process that it is for, and back what came of it."""

import asyncio
from collections.abc import Mapping
from typing import Final

from cpo_adapter.crew.errands import PATIENCE_S, Errand, Errands, Told
from cpo_adapter.crew.members import Crew
from cpo_adapter.ocpp.intents import NotAsked, StationGone, StationRefused, StationSilent
from ocpi.process.clock import Clock
from ocpi.process.mongo import DriverError
from schemas.codec import Json

LOOK_EVERY_S: Final = 0.1
ANSWER: Final = "answer"
_TROUBLES: Final[Mapping[str, type[NotAsked]]] = {
    each.__name__: each for each in (StationGone, StationSilent, StationRefused)
}


class Courier:
    def __init__(self, *, crew: Crew, errands: Errands, clock: Clock) -> None:
        self._crew = crew
        self._errands = errands
        self._clock = clock

    async def ask(self, errand: Errand, *, within_s: float = PATIENCE_S) -> Json:
        """Raises NotAsked."""
        try:
            return await self._asked(errand, within_s)
        except DriverError as error:
            raise StationGone("the process that has the station cannot be reached") from error

    async def _asked(self, errand: Errand, within_s: float) -> Json:
        name = await self._errands.send(errand)
        try:
            async with asyncio.timeout(within_s):
                return _answer(await self._told(name, errand.life))
        except TimeoutError:
            is_untouched = await self._errands.withdraw(name)
            gone = StationGone("the process that has the station does not act")
            raise (gone if is_untouched else StationSilent(f"no answer within {within_s} s")) from None
        except asyncio.CancelledError:
            await self._errands.withdraw(name)
            raise

    async def _told(self, name: str, life: str) -> Told:
        while (told := await self._errands.result(name)) is None:
            if not self._crew.lives(life):
                await self._errands.withdraw(name)
                raise StationGone("the process that had the station has ended")
            await self._clock.sleep(LOOK_EVERY_S)
        return told


def trouble(error: NotAsked) -> Told:
    """For whoever asked, elsewhere."""
    kind = type(error).__name__
    return Told(kind if kind in _TROUBLES else StationGone.__name__, str(error))


def _answer(told: Told) -> Json:
    """Raises NotAsked."""
    if told.kind == ANSWER:
        return told.value
    raise _TROUBLES[told.kind](str(told.value))
