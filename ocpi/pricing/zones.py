"""The Location's own time: which zone, who said so, and the wall clock at an instant.

Restrictions are read on the local wall clock; durations never are. The clock keeps the stretches of constant
offset, so that a lookup costs a comparison and a change of clocks can be listed as a cut.
Spec: 2.3.0 mod_tariffs, TariffRestrictions (start_time: local time); mod_locations, Location.time_zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from ocpi.pricing.units import TICKS_PER_SECOND

SECONDS_PER_DAY: Final = 86_400
_PROBE: Final = 8 * SECONDS_PER_DAY  # no zone changes its clock twice within eight days
_BUCKET: Final = 16 * _PROBE
_MOST_BUCKETS: Final = 1000


class NoSuchZone(ValueError):
    """The name is no IANA time zone."""


class ZoneSource(StrEnum):
    """Where the zone came from; a CDR does not carry it."""

    LOCATION = "LOCATION"
    PARTNER = "PARTNER"
    COUNTRY = "COUNTRY"
    ASSUMED = "ASSUMED"


class Stretch(NamedTuple):
    """Ticks [begin, end) during which local time is UTC plus `offset` ticks."""

    begin: int
    end: int
    offset: int


class LocalClock:
    """The stretches of one zone, found when first asked for and kept."""

    __slots__ = ("_buckets", "_zone")

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._buckets: dict[int, tuple[Stretch, ...]] = {}

    def stretch(self, tick: int) -> Stretch:
        """The stretch around `tick`; one that goes on for long is given in parts."""
        bucket = tick // (_BUCKET * TICKS_PER_SECOND)
        for stretch in self._buckets.get(bucket) or self._survey(bucket):
            if tick < stretch.end:
                return stretch
        raise AssertionError("stretches cover their bucket")

    def changes(self, begin: int, end: int) -> Iterator[int]:
        """Instants inside (begin, end) at which the wall clock jumps."""
        stretch = self.stretch(begin)
        while stretch.end < end:
            following = self.stretch(stretch.end)
            if following.offset != stretch.offset:
                yield following.begin
            stretch = following

    def _survey(self, bucket: int) -> tuple[Stretch, ...]:
        first = bucket * _BUCKET
        marks = [first]
        probes = range(first, first + _BUCKET, _PROBE)
        marks.extend(
            self._jump(at, at + _PROBE) for at in probes if self._offset(at) != self._offset(at + _PROBE)
        )
        ends = [*marks[1:], first + _BUCKET]
        if len(self._buckets) >= _MOST_BUCKETS:
            self._buckets.clear()
        found = tuple(map(self._stretch, marks, ends))
        self._buckets[bucket] = found
        return found

    def _stretch(self, begin: int, end: int) -> Stretch:
        return Stretch(
            begin * TICKS_PER_SECOND, end * TICKS_PER_SECOND, self._offset(begin) * TICKS_PER_SECOND
        )

    def _jump(self, low: int, high: int) -> int:
        before = self._offset(low)
        while high - low > 1:
            middle = (low + high) // 2
            if self._offset(middle) == before:
                low = middle
            else:
                high = middle
        return high

    def _offset(self, second: int) -> int:
        shift = datetime.fromtimestamp(second, UTC).astimezone(self._zone).utcoffset() or timedelta()
        return shift.days * SECONDS_PER_DAY + shift.seconds


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone with its provenance. `Zone.named("Europe/Paris")` raises NoSuchZone."""

    name: str
    source: ZoneSource
    clock: LocalClock

    @classmethod
    def named(cls, name: str, source: ZoneSource = ZoneSource.LOCATION) -> "Zone":
        return cls(name, source, _clock(name))


@lru_cache(maxsize=1000)
def _clock(name: str) -> LocalClock:
    try:
        return LocalClock(ZoneInfo(name))
    except (LookupError, ValueError, OSError, TypeError) as error:
        raise NoSuchZone(f"{name!s:.60} is no IANA time zone") from error
