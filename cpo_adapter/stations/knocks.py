"""Who was refused lately, at whichever process they knocked.

Each process tells of its own once a second, in one write of at most a hundred names, and at once when its
operator asks: however many knock with however many names, no more is written. What could not be told is lost;
whoever wants to come in knocks again.
"""

from collections.abc import Callable, Iterable
from typing import Final

from cpo_adapter.ocpp.credentials import Why
from cpo_adapter.ocpp.refusals import Knock, Refusals
from cpo_adapter.stations.knock_store import KnockStore
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.mongo import DriverError

_log = logs.logger(__name__)

TELL_EVERY_S: Final = 1.0


class Knocks:
    def __init__(
        self, *, refusals: Refusals, store: KnockStore, is_known: Callable[[str], bool], clock: Clock
    ) -> None:
        self._refusals = refusals
        self._store = store
        self._is_known = is_known
        self._clock = clock

    async def run(self) -> None:
        while True:
            await self._clock.sleep(TELL_EVERY_S)
            try:
                await self._tell()
            except DriverError as error:
                _log.warning("who knocked was not told", error=type(error).__name__)

    async def latest(self) -> list[Knock]:
        """The last first, without those that were unknown and are known by now."""
        return [each for each in await self._everywhere() if not self._is_over(each)]

    async def of(self, station: str) -> Knock | None:
        """Of whoever knocked under exactly that name. Raises DriverError."""
        await self._tell()
        return await self._store.get(station)

    async def forget(self, station: str) -> None:
        self._refusals.forget(station)
        await self._store.remove(station)

    async def _everywhere(self) -> Iterable[Knock]:
        """Those of this process alone, while the database is away."""
        try:
            await self._tell()
            return await self._store.latest()
        except DriverError:
            return self._refusals.knocks()

    async def _tell(self) -> None:
        if untold := self._refusals.take_untold():
            await self._store.add(untold)

    def _is_over(self, knock: Knock) -> bool:
        return knock.why is Why.UNKNOWN and self._is_known(knock.identity)
