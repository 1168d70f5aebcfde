"""What processes do for each other themselves, where no station is asked: reading something anew, looking.

A favour has a name, and travels as an errand that names no connection.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from cpo_adapter.crew.courier import Courier
from cpo_adapter.crew.errands import Errand
from cpo_adapter.crew.members import Crew
from cpo_adapter.ocpp.intents import NotAsked, StationGone
from ocpi.process.logs import logger
from ocpi.process.mongo import DriverError
from schemas.codec import Json

log = logger(__name__)

OF_NOBODY: Final = ""
"""The connection of an errand that is for the process itself."""
WITHIN_S: Final = 5.0

Favour = Callable[[str], Awaitable[Json]]
"""Is told a station, or nothing. Raises NotAsked."""


class Favours:
    def __init__(self, *, crew: Crew, courier: Courier) -> None:
        self._crew = crew
        self._courier = courier
        self._offered: dict[str, Favour] = {}

    def offer(self, name: str, favour: Favour) -> None:
        """The others may ask it of this process from now on."""
        self._offered[name] = favour

    async def do(self, name: str, about: str) -> Json:
        """What another process asks. Raises NotAsked."""
        if name not in self._offered:
            raise StationGone("not done here")
        try:
            return await self._offered[name](about)
        except DriverError as error:
            raise StationGone("the database is away") from error

    async def of(self, life: str, name: str, about: str, *, within_s: float) -> Json:
        """Ask one of the others. Raises NotAsked."""
        return await self._courier.ask(Errand(life, about, OF_NOBODY, name, {}), within_s=within_s)

    async def of_all(self, name: str) -> list[Json]:
        """What the others told; who does not answer in time is left out."""
        told = await asyncio.gather(*(self._if_told(life, name) for life in self._crew.others()))
        return [answer for answers in told for answer in answers]

    async def _if_told(self, life: str, name: str) -> list[Json]:
        try:
            return [await self.of(life, name, "", within_s=WITHIN_S)]
        except NotAsked as error:
            log.info("another process did not do a favour", favour=name, reason=str(error))
            return []
