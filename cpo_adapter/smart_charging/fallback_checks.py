"""An operator's look at a fallback profile, made by the process that has the station.

What stations of 2.x report of their profiles comes over their own connection, and nobody else hears it.
"""

from collections.abc import Callable
from typing import Final

from cpo_adapter.crew.favours import Favours
from cpo_adapter.ocpp.intents import NotAsked, StationGone
from cpo_adapter.smart_charging.fallback import Fallbacks
from cpo_adapter.smart_charging.fallback_store import Fallback, FallbackStore
from ocpi.errors import UnknownObject
from ocpi.process.logs import logger

log = logger(__name__)

_CHECK: Final = "check a fallback profile"
_WITHIN_S: Final = 120.0
"""A station is asked four things one after the other, and may take its time over each."""


class FallbackChecks:
    def __init__(
        self,
        *,
        fallbacks: Fallbacks,
        store: FallbackStore,
        favours: Favours,
        who_has: Callable[[str], str | None],
    ) -> None:
        """`who_has`: the other process that has a station, if one has."""
        self._fallbacks = fallbacks
        self._store = store
        self._favours = favours
        self._who_has = who_has
        favours.offer(_CHECK, self._for_another)

    async def check(self, station: str) -> Fallback:
        """Now. Raises UnknownObject for a station that shall have none."""
        other = self._who_has(station)
        if other is None:
            return await self._fallbacks.check(station)
        return await self._checked_by(other, station) or await self._fallbacks.check(station)

    async def _checked_by(self, other: str, station: str) -> Fallback | None:
        """None where it could not look: the station may have come here meanwhile."""
        try:
            await self._favours.of(other, _CHECK, station, within_s=_WITHIN_S)
        except NotAsked as error:
            log.info("fallback profile not checked elsewhere", station=station, reason=str(error))
            return None
        return await self._store.get(station)

    async def _for_another(self, station: str) -> None:
        try:
            await self._fallbacks.check(station)
        except UnknownObject as error:
            raise StationGone(str(error)) from error
