"""EVSEs that the inventory has no more: they stay in what partners are told, as REMOVED.

Nothing of a Location is ever deleted, so whoever was told of an EVSE has to be told that it is gone. What was
told before is in the object store; since the inventory is read at the start, so is this.
Spec: 2.3.0 mod_locations, Flow and lifecycle; Status REMOVED.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cpo_adapter.stations.model import Inventory
from ocpi.objects.store import ObjectStore, Selection
from schemas.kinds import ObjectKind, PartyId
from schemas.v2_3_0.enums import Status
from schemas.v2_3_0.evses import EVSE
from schemas.v2_3_0.locations import Location


@dataclass(frozen=True, slots=True)
class Removed:
    """`evses` by the id of their Location, in lower case; `places` are Locations of which nothing is left."""

    evses: Mapping[str, tuple[EVSE, ...]]
    places: tuple[Location, ...]

    def beside(self, location: Location) -> Location:
        """The Location as it is, and what was taken away from it."""
        return _with(location, (*location.evses, *self.evses.get(location.id.lower(), ())))


async def removed_from(store: ObjectStore, inventory: Inventory, party: PartyId, now: datetime) -> Removed:
    """What `party` has told of and the inventory does not have; REMOVED `now` unless it was before."""
    evses: dict[str, tuple[EVSE, ...]] = {}
    places: list[Location] = []
    async for record in store.each(Selection(ObjectKind.LOCATION, [party], [None])):
        told = Location.model_validate(record.value())
        site = inventory.site(told.id)
        left = {evse.uid.lower() for evse in site.evses()} if site else set()
        gone = tuple(_removed(each, now) for each in told.evses if each.uid.lower() not in left)
        evses[told.id.lower()] = gone
        if site is None and gone != told.evses:
            places.append(_with(told, gone))
    return Removed(evses, tuple(places))


def _removed(evse: EVSE, at: datetime) -> EVSE:
    if evse.status is Status.REMOVED:
        return evse
    return evse.model_copy(update={"status": Status.REMOVED, "last_updated": at})


def _with(location: Location, evses: Iterable[EVSE]) -> Location:
    all_of_them = tuple(evses)
    newest = max([location.last_updated, *(evse.last_updated for evse in all_of_them)])
    return location.model_copy(update={"evses": all_of_them, "last_updated": newest})
