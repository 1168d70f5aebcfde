"""What partners are told of stations: the Location as it is now, whole, whenever something of it changed.

Spec: 2.3.0 mod_locations, PUT method (an EVSE's new status is a change of its Location).
"""

from cpo_adapter.stations.locations import Locations
from cpo_adapter.stations.removed import Removed
from ocpi.delivery.announce import Announcer
from ocpi.objects.record import Record
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.locations import Location


class LocationNews:
    """The `LocationAnnouncer` and `EvseAnnouncer` of the station rooms, which are made before `locations`."""

    def __init__(self, party: PartyId, announcer: Announcer, removed: Removed) -> None:
        self.party = party
        self._announcer = announcer
        self._removed = removed
        self.locations: Locations | None = None

    async def sites_changed(self, removed: Removed) -> None:
        self._removed = removed
        await self.tell_removed()

    async def tell_removed(self) -> None:
        """Of sites that are gone as a whole; of others it is told with what is left of them."""
        for place in self._removed.places:
            await self._tell(place)

    async def location_changed(self, location_id: str) -> None:
        location = self.locations.location(location_id) if self.locations else None
        if location is not None:
            await self._tell(self._removed.beside(location))

    async def evse_changed(self, location_id: str, evse_uid: str) -> None:  # noqa: ARG002 - the whole is told
        await self.location_changed(location_id)

    async def _tell(self, location: Location) -> None:
        key = ObjectKey(ObjectKind.LOCATION, self.party, location.id)
        await self._announcer.to_all(Record(key, location.last_updated, codec.dump(location)))
