"""Where is looked: around a point, or in a box as a map shows it. Pure.

Either way the nearest come first, those of a box from its middle outwards. A box whose west lies east of its
east goes over the antimeridian.
"""

import math
from dataclasses import dataclass
from typing import Any

from emsp_adapter.places.coordinates import HALF_AROUND_M, Point, distance_m

_HALF: float = 180.0


@dataclass(frozen=True, slots=True)
class Circle:
    centre: Point
    radius_m: float

    @property
    def reach_m(self) -> float:
        return self.radius_m

    def within(self) -> dict[str, Any]:
        """What a place keeps beside its distance, as the database asks for it."""
        return {}


@dataclass(frozen=True, slots=True)
class Box:
    """Its edges belong to it."""

    south: float
    west: float
    north: float
    east: float

    @property
    def centre(self) -> Point:
        longitude = self.west + self._width / 2
        return Point((self.south + self.north) / 2, longitude - 360 if longitude > _HALF else longitude)

    @property
    def reach_m(self) -> float:
        """To the farthest corner; of a box that goes around half the Earth and more, everywhere."""
        if self._width >= _HALF / 2:
            return HALF_AROUND_M
        corners = (Point(latitude, self.west) for latitude in (self.south, self.north))
        return math.nextafter(max(distance_m(self.centre, each) for each in corners), math.inf) + 1

    def within(self) -> dict[str, Any]:
        """Longitude and latitude, each by itself: the edges of a map are no great circles."""
        latitudes = {"place.at.coordinates.1": {"$gte": self.south, "$lte": self.north}}
        if self.west <= self.east:
            return {**latitudes, "place.at.coordinates.0": {"$gte": self.west, "$lte": self.east}}
        sides = ({"$gte": self.west}, {"$lte": self.east})
        return {**latitudes, "$or": [{"place.at.coordinates.0": each} for each in sides]}

    @property
    def _width(self) -> float:
        across = self.east - self.west
        return across + 360 if across < 0 else across


Area = Circle | Box
