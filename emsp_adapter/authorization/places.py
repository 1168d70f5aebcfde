"""The places where cards are held up, as far as their CPOs told us of them.

A place is believed for a few minutes: nobody is let in or kept out by news of it.
"""

from collections import OrderedDict
from datetime import timedelta
from math import isfinite
from typing import Any, Final

from emsp_adapter.contracts.case import UNKNOWN_PLACE, Place, Position
from ocpi.objects.record import database_id
from ocpi.objects.store import ObjectStore
from ocpi.process.clock import Clock
from ocpi.process.reads import Reads
from ocpi.process.tasks import Supervisor
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId

KEPT_FOR: Final = timedelta(minutes=5)
_MOST: Final = 10_000
_REMOVED: Final = "REMOVED"


class KnownPlaces:
    def __init__(self, *, store: ObjectStore, supervisor: Supervisor, clock: Clock) -> None:
        self._clock = clock
        self._locations: Reads[str, bytes] = Reads("look up places", store.bodies, supervisor)
        self._kept: OrderedDict[str, tuple[float, Place]] = OrderedDict()

    async def of(self, cpo: PartyId, location_id: str) -> Place:
        name = database_id(ObjectKey(ObjectKind.LOCATION, cpo, location_id), None)
        kept, now_s = self._kept.get(name), self._clock.monotonic()
        if kept is not None and now_s - kept[0] < KEPT_FOR.total_seconds():
            return kept[1]
        told = await self._locations.find(name)
        if told is None:
            return UNKNOWN_PLACE
        place = place_of(codec.decode(told))
        self._keep(name, now_s, place)
        return place

    def _keep(self, name: str, now_s: float, place: Place) -> None:
        self._kept[name] = (now_s, place)
        self._kept.move_to_end(name)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)


def place_of(location: Any) -> Place:
    """Of a Location as it is kept; what cannot be read of it is not known."""
    removed = (each["uid"] for each in location.get("evses") or () if each.get("status") == _REMOVED)
    return Place(
        country=location.get("country"),
        position=_position(location.get("coordinates") or {}),
        removed=frozenset(uid.lower() for uid in removed),
    )


def _position(coordinates: dict[str, Any]) -> Position | None:
    try:
        found = Position(float(coordinates["latitude"]), float(coordinates["longitude"]))
    except (KeyError, TypeError, ValueError):
        return None
    return found if isfinite(found.latitude) and isfinite(found.longitude) else None
