"""What each station can keep of a charging profile: asked once for each connection, for it may change."""

from typing import Protocol

from cpo_adapter.ocpp.intents import StationRefused, StationSilent, TellBounds
from cpo_adapter.ocpp.schedules import ProfileBounds
from ocpi.process.logs import logger

log = logger(__name__)

_UNKNOWN = ProfileBounds()


class Bounded(Protocol):
    async def bounds(self, station: str, intent: TellBounds) -> ProfileBounds:
        """Raises NotAsked."""


class Abilities:
    """A `Follower` of the registry."""

    def __init__(self, asker: Bounded) -> None:
        self._asker = asker
        self._known: dict[str, ProfileBounds] = {}

    def came(self, station: str) -> None:
        self._known.pop(station, None)

    def went(self, station: str) -> None:
        """What it could do says nothing of what it can when it is back."""
        self._known.pop(station, None)

    def known(self, station: str) -> ProfileBounds | None:
        """None where it was not asked yet."""
        return self._known.get(station)

    async def of(self, station: str) -> ProfileBounds:
        """A station that will not say is taken to keep whatever it is sent: it can still refuse that."""
        if station not in self._known:
            self._known[station] = await self._asked(station)
        return self._known[station]

    async def _asked(self, station: str) -> ProfileBounds:
        """Raises NotAsked where there is nobody to ask."""
        try:
            return await self._asker.bounds(station, TellBounds())
        except (StationRefused, StationSilent) as error:
            log.info("station does not tell what profiles it keeps", station=station, reason=str(error))
            return _UNKNOWN
