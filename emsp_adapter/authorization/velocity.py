"""Is one card asked about too often, or in two places between which nobody drives so fast? Pure.

A card that was copied shows like this: uids can be read and written by anybody.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from emsp_adapter.contracts.case import Position
from emsp_adapter.contracts.verdict import Reason
from emsp_adapter.sphere import angle

NEAR_KM: Final = 10
"""Places nearer than this are no two places: coordinates are rough, and so are clocks."""
_EARTH_KM: Final = 6371.0
_HALFWAY_ROUND_KM: Final = 20_040


@dataclass(frozen=True, slots=True)
class Use:
    """One question about a card; `position` where it is known."""

    at: datetime
    position: Position | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """`most` questions about a card `within` some time are usual, and travelling at `kmh`."""

    most: int
    within: timedelta
    kmh: int

    @property
    def looks_back(self) -> timedelta:
        """What was longer ago says nothing: by now, one may be anywhere."""
        return max(self.within, timedelta(hours=_HALFWAY_ROUND_KM / self.kmh))


def remarks(this: Use, others: Iterable[Use], speed: Speed) -> Iterator[Reason]:
    """`others` may be in any order, also a little later than `this`: several processes answer."""
    others = list(others)
    if 1 + sum(abs(this.at - each.at) < speed.within for each in others) > speed.most:
        yield Reason.TOO_OFTEN
    if any(_is_too_far(this, each, speed.kmh) for each in others):
        yield Reason.TOO_FAR


def distance_km(one: Position, other: Position) -> float:
    """As the crow flies."""
    return _EARTH_KM * angle(one, other)


def _is_too_far(this: Use, other: Use, kmh: int) -> bool:
    if this.position is None or other.position is None:
        return False
    hours = abs(this.at - other.at) / timedelta(hours=1)
    return distance_km(this.position, other.position) > max(NEAR_KM, kmh * hours)
