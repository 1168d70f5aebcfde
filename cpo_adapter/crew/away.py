"""Asking a station that another process has, as if it were here."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from cpo_adapter.crew.berths import Berth
from cpo_adapter.crew.errands import PATIENCE_S, Errand, Errands, Told
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.intents import NotAsked, StationGone, StationRefused, StationSilent
from cpo_adapter.ocpp.station_line import StationLine
from ocpi.process.clock import Clock
from ocpi.process.mongo import DriverError
from schemas.codec import Json

LOOK_EVERY_S: Final = 0.1
ANSWER: Final = "answer"
_TROUBLES: Final[Mapping[str, type[NotAsked]]] = {
    each.__name__: each for each in (StationGone, StationSilent, StationRefused)
}


class AwayLine(StationLine):
    """`lives` says of a process whether it does."""

    def __init__(
        self,
        station: str,
        berth: Berth,
        *,
        dialect: Dialect,
        errands: Errands,
        lives: Callable[[str], bool],
        clock: Clock,
    ) -> None:
        self._station = station
        self._berth = berth
        self._dialect = dialect
        self._errands = errands
        self._lives = lives
        self._clock = clock

    @property
    def dialect(self) -> Dialect:
        return self._dialect

    async def call(self, action: str, request: Payload) -> Json:
        try:
            return await self._asked(
                Errand(self._berth.life, self._station, self._berth.entry, action, request)
            )
        except DriverError as error:
            raise StationGone("the process that has the station cannot be reached") from error

    async def _asked(self, errand: Errand) -> Json:
        name = await self._errands.send(errand)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return _answer(await self._told(name))
        except TimeoutError:
            is_untouched = await self._errands.withdraw(name)
            gone = StationGone("the process that has the station does not act")
            raise (gone if is_untouched else StationSilent(f"no answer within {PATIENCE_S} s")) from None
        except asyncio.CancelledError:
            await self._errands.withdraw(name)
            raise

    async def _told(self, name: str) -> Told:
        while (told := await self._errands.result(name)) is None:
            if not self._lives(self._berth.life):
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
