"""What partners are told of stations: the Location as it is now, whole, whenever something of it changed.

Spec: 2.3.0 mod_locations, PUT method (an EVSE's new status is a change of its Location).
"""

from cpo_adapter.stations.locations import Locations
from ocpi.delivery.announce import Announcer
from ocpi.objects.record import Record
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId


class LocationNews:
    """The `LocationAnnouncer` and `EvseAnnouncer` of the station rooms, which are made before `locations`."""

    def __init__(self, party: PartyId, announcer: Announcer) -> None:
        self.party = party
        self._announcer = announcer
        self.locations: Locations | None = None

    async def location_changed(self, location_id: str) -> None:
        location = self.locations.location(location_id) if self.locations else None
        if location is None:
            return
        key = ObjectKey(ObjectKind.LOCATION, self.party, location.id)
        await self._announcer.to_all(Record(key, location.last_updated, codec.dump(location)))

    async def evse_changed(self, location_id: str, evse_uid: str) -> None:  # noqa: ARG002 - the whole is told
        await self.location_changed(location_id)
