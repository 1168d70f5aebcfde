"""How far apart two places on the Earth are, which is a sphere here. Pure."""

from math import asin, cos, radians, sin, sqrt
from typing import Protocol


class Spot(Protocol):
    """In degrees."""

    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...


def angle(one: Spot, other: Spot) -> float:
    """Between them as seen from the middle, in radians: times a radius, the way along the ground."""
    south, north = radians(one.latitude), radians(other.latitude)
    east = radians(other.longitude - one.longitude)
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(east / 2) ** 2
    return 2 * asin(sqrt(min(1.0, half)))
