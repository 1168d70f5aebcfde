"""Where something is on the Earth, as numbers. Pure.

OCPI writes degrees as texts, and partners write many texts: what is no place on Earth is not guessed at.
Nobody charges in the Gulf of Guinea: zero and zero is what a form has that nobody filled in.
Spec: 2.3.0 mod_locations, GeoLocation.
"""

import math
import re
from dataclasses import dataclass
from typing import Any, Final

from emsp_adapter.sphere import angle

EARTH_M: Final = 6_378_100.0
"""The radius that MongoDB measures with."""
HALF_AROUND_M: Final = math.pi * EARTH_M
_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,20})?", re.ASCII)
_MOST_LATITUDE: Final = 90.0
_MOST_LONGITUDE: Final = 180.0


@dataclass(frozen=True, slots=True)
class Point:
    latitude: float
    longitude: float

    def geojson(self) -> dict[str, Any]:
        return {"type": "Point", "coordinates": [self.longitude, self.latitude]}


def read_point(written: object) -> Point | None:
    """The point of a GeoLocation; None for what is no place."""
    if not isinstance(written, dict):
        return None
    latitude = _degrees(written.get("latitude"), _MOST_LATITUDE)
    longitude = _degrees(written.get("longitude"), _MOST_LONGITUDE)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    return Point(latitude, longitude)


def distance_m(one: Point, other: Point) -> float:
    """Along the ground, on a sphere."""
    return EARTH_M * angle(one, other)


def _degrees(written: object, most: float) -> float | None:
    text = str(written).strip()
    if not _DEGREES.fullmatch(text):
        return None
    degrees = float(text)
    return degrees if -most <= degrees <= most else None
