"""Places in the order of their distance, page by page.

A page goes on behind the last place that was looked at, so that it costs the same however far one has come,
and shows no place twice. The database finds what is near and knows no order among those that are equally far:
distances are measured here, and where a page would end among equals, further ones are read until it is clear
who comes next.
What only the moment decides (who is open) is decided here too; a page of very few that are open may be short
and go on nevertheless.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from emsp_adapter.places.coordinates import Point, distance_m
from emsp_adapter.places.cursor import Position
from emsp_adapter.places.hours import is_open
from emsp_adapter.places.place import FIELD
from emsp_adapter.places.wanted import Wanted
from ocpi.objects import selection
from ocpi.process.clock import Clock
from ocpi.process.mongo import GEOSPHERE, Document, Index, Mongo

INDEXES: Final = (Index(collection=selection.COLLECTION, keys=((f"{FIELD}.at", GEOSPHERE),)),)
_LOOKED_AT: Final = 2000
"""For one page."""
_WITHIN_MS: Final = 10_000
_SLACK_M: Final = 1.0
"""By so much the database may measure otherwise, even on the other side of the Earth."""
_AHEAD: Final = 2
_FIELDS: Final = {
    "_id": False,
    "owner": True,
    "seq": True,
    **{f"{FIELD}.{name}": True for name in ("at.coordinates", "zone", "hours", "shown")},
}
_TARIFFS: Final = {f"{FIELD}.tariffs": True}


@dataclass(frozen=True, slots=True)
class Found:
    """A place as it is shown, but for its last brace; `tariffs` as its connectors name them."""

    position: Position
    owner: str
    zone: str | None
    tariffs: Sequence[Sequence[str]]
    shown: bytes
    is_open: bool | None


@dataclass(frozen=True, slots=True)
class FoundPage:
    places: list[Found]
    following: Position | None


class Finder:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._objects = mongo.collection(selection.COLLECTION)
        self._clock = clock

    async def page(self, wanted: Wanted, after: Position, limit: int) -> FoundPage:
        shown: list[Found] = []
        looked_at, goes_on = 0, True
        while goes_on and looked_at < _LOOKED_AT:
            found, goes_on = await self._next(wanted, after, limit)
            for each in found:
                after, looked_at = each.position, looked_at + 1
                if each.is_open or not wanted.is_open:
                    shown.append(each)
                if len(shown) == limit:
                    is_last = each is found[-1] and not goes_on
                    return FoundPage(shown, None if is_last else after)
        return FoundPage(shown, after if goes_on else None)

    async def _next(self, wanted: Wanted, after: Position, limit: int) -> tuple[list[Found], bool]:
        """In order, and whether more follow."""
        centre, now, at_most = wanted.area.centre, self._clock.now(), limit + _AHEAD
        while True:
            rows = await self._read(wanted, after, at_most)
            found = sorted((_found(row, centre, now) for row in rows), key=_position)
            is_all = len(rows) < at_most
            certain = math.inf if is_all else found[-1].position.distance_m - _SLACK_M
            behind = [each for each in found if after < each.position and each.position.distance_m < certain]
            if is_all or len(behind) >= limit:
                return behind[:limit], len(behind) > limit or not is_all
            at_most *= 2

    async def _read(self, wanted: Wanted, after: Position, at_most: int) -> list[Document]:
        near = {
            "$geometry": wanted.area.centre.geojson(),
            "$minDistance": max(after.distance_m - _SLACK_M, 0.0),
            "$maxDistance": wanted.area.reach_m,
        }
        asked = {**wanted.question(), f"{FIELD}.at": {"$nearSphere": near}}
        fields = {**_FIELDS, **(_TARIFFS if wanted.is_priced else {})}
        found = self._objects.find(asked, fields, limit=at_most, batch_size=at_most + 1)
        rows: list[Document] = await found.max_time_ms(_WITHIN_MS).to_list(None)
        return rows


def _position(found: Found) -> Position:
    return found.position


def _found(row: Document, centre: Point, now: datetime) -> Found:
    place: dict[str, Any] = row[FIELD]
    longitude, latitude = place["at"]["coordinates"]
    return Found(
        position=Position(distance_m(centre, Point(latitude, longitude)), row["seq"]),
        owner=row["owner"],
        zone=place.get("zone"),
        tariffs=place.get("tariffs", ()),
        shown=place["shown"],
        is_open=is_open(place.get("hours"), place.get("zone"), now),
    )
