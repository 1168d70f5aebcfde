"""What partners are told of stations: the Location as it is now, whole, whenever something of it changed.

Spec: 2.3.0 mod_locations, PUT method (an EVSE's new status is a change of its Location).
"""

from collections.abc import Awaitable, Callable

from cpo_adapter.stations.locations import Locations
from cpo_adapter.stations.removed import Removed
from ocpi.delivery.announce import Announcer
from ocpi.objects.record import Record
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.locations import Location

Refreshed = Callable[[], Awaitable[bool]]


async def nobody_else() -> bool:
    """Have what other processes see of stations, and say whether there are any."""
    return False


class LocationNews:
    """The `LocationAnnouncer` and `EvseAnnouncer` of the station rooms, which are made before `locations`."""

    def __init__(self, party: PartyId, announcer: Announcer, removed: Removed) -> None:
        self.party = party
        self._announcer = announcer
        self._removed = removed
        self.locations: Locations | None = None
        self.refreshed: Refreshed = nobody_else

    async def sites_changed(self, removed: Removed) -> None:
        self._removed = removed
        await self.tell_removed()

    async def tell_removed(self) -> None:
        """Of sites that are gone as a whole; of others it is told with what is left of them."""
        for place in self._removed.places:
            await self._tell(place)

    async def location_changed(self, location_id: str) -> None:
        """Of several processes each tells the whole, so each looks again: what was told last is how it is."""
        told, are_several = None, await self.refreshed()
        while (location := self._now(location_id)) is not None and location != told:
            await self._tell(self._removed.beside(location))
            told = location
            if not are_several:
                return
            await self.refreshed()

    async def evse_changed(self, location_id: str, evse_uid: str) -> None:  # noqa: ARG002 - the whole is told
        await self.location_changed(location_id)

    def _now(self, location_id: str) -> Location | None:
        return self.locations.location(location_id) if self.locations else None

    async def _tell(self, location: Location) -> None:
        key = ObjectKey(ObjectKind.LOCATION, self.party, location.id)
        await self._announcer.to_all(Record(key, location.last_updated, codec.dump(location)))
