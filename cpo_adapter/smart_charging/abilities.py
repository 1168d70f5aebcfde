"""What each station can do, and keep of a charging profile: asked once for each connection.

Those that partners may order such things of are asked soon after they come, so that what they cannot do is
known when it is ordered.
"""

import asyncio
from functools import partial
from typing import Final, Protocol

from cpo_adapter.ocpp.intents import NotAsked, StationRefused, StationSilent, TellBounds
from cpo_adapter.ocpp.schedules import StationBounds
from cpo_adapter.stations.model import Inventory
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.tasks import Supervisor
from schemas.v2_3_0.enums import Capability

log = logger(__name__)

AFTER_S: Final = 12.0
"""A boot and its statuses come first."""
WITHIN_S: Final = 8.0
"""An order may be waiting, and some stations answer nothing that they do not know."""
_ORDERED: Final = (Capability.RESERVABLE, Capability.CHARGING_PROFILE_CAPABLE)
_UNKNOWN: Final = StationBounds()


class Bounded(Protocol):
    def is_here(self, station: str) -> bool:
        """Connected to this process."""

    async def bounds(self, station: str, intent: TellBounds) -> StationBounds:
        """Raises NotAsked."""


class Abilities:
    """A `Follower` of the registry."""

    def __init__(self, *, inventory: Inventory, asker: Bounded, supervisor: Supervisor, clock: Clock) -> None:
        self._inventory = inventory
        self._asker = asker
        self._supervisor = supervisor
        self._clock = clock
        self._known: dict[str, StationBounds] = {}

    def came(self, station: str) -> None:
        self._known.pop(station, None)
        if any(spot.evse.can(each) for spot in self._inventory.spots(station) for each in _ORDERED):
            self._supervisor.start(f"{station} abilities", partial(self._learn, station))

    def went(self, station: str) -> None:
        """What it could do says nothing of what it can when it is back."""
        self._known.pop(station, None)

    def known(self, station: str) -> StationBounds | None:
        """None where it was not asked yet."""
        return self._known.get(station)

    async def of(self, station: str) -> StationBounds:
        """A station that will not say is taken to keep whatever it is sent: it can still refuse that."""
        known = self._known.get(station)
        if known is None:
            known = await self._asked(station)
            if self._asker.is_here(station):
                self._known[station] = known  # of one elsewhere nobody here hears that it has come anew
        return known

    async def _learn(self, station: str) -> None:
        await self._clock.sleep(AFTER_S)
        try:
            await self.of(station)
        except NotAsked as error:
            log.info("station not asked what it can do", station=station, reason=str(error))

    async def _asked(self, station: str) -> StationBounds:
        """Raises NotAsked where there is nobody to ask."""
        try:
            async with asyncio.timeout(WITHIN_S):
                return await self._asker.bounds(station, TellBounds())
        except (StationRefused, StationSilent, TimeoutError) as error:
            log.info("station does not tell what profiles it keeps", station=station, reason=str(error))
            return _UNKNOWN
