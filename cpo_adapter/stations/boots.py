"""What a boot says beside that the station is there: another device, other firmware, or a device in trouble.

A station that boots every few seconds is answered each time; what is behind a boot is done for the first few.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cpo_adapter.ocpp.events import Booted
from cpo_adapter.stations.alarms import Alarms, Kind
from ocpi.process.clock import Clock

STORM: Final = 5
"""So many boots within a minute are one."""

_WITHIN: Final = timedelta(minutes=1)
_MOST: Final = 50_000


@dataclass(frozen=True, slots=True)
class Make:
    """As the last boot told it; empty texts were not told."""

    vendor: str
    model: str
    serial: str
    firmware: str


class Boots:
    def __init__(self, *, alarms: Alarms, clock: Clock) -> None:
        self._alarms = alarms
        self._clock = clock
        self._recent: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._makes: dict[str, Make] = {}

    def remember(self, makes: dict[str, Make]) -> None:
        """As they were before this process."""
        self._makes.update(makes)

    async def heard(self, event: Booted) -> bool:
        """Whether there is something new to do about it."""
        station, make = event.origin.station, make_of(event)
        is_known = self._makes.get(station) == make
        await self._compare(station, make)
        self._makes[station] = make
        if not self._is_storm(station):
            return True
        await self._alarms.raised(station, Kind.BOOTS, f"{STORM} times within a minute, or oftener")
        return not is_known

    async def _compare(self, station: str, make: Make) -> None:
        before = self._makes.get(station)
        if before is None:
            return
        if differs(before.serial, make.serial):
            text = f"{before.serial} became {make.serial}: exchanged, or two stations of one name"
            await self._alarms.raised(station, Kind.SERIAL, text)
        told = [f"{was} became {now}" for was, now in _makes(before, make) if differs(was, now)]
        if told:
            await self._alarms.raised(station, Kind.MAKE, ", ".join(told))

    def _is_storm(self, station: str) -> bool:
        now = self._clock.now()
        recent = self._recent.setdefault(station, deque(maxlen=STORM + 1))
        self._recent.move_to_end(station)
        if len(self._recent) > _MOST:
            self._recent.popitem(last=False)
        recent.append(now)
        return len(recent) > STORM and now - recent[0] < _WITHIN


def make_of(event: Booted) -> Make:
    return Make(event.vendor, event.model, event.serial, event.firmware)


def differs(before: str, now: str) -> bool:
    """What was not told is no difference."""
    return bool(before and now) and before != now


def _makes(before: Make, now: Make) -> tuple[tuple[str, str], ...]:
    return ((before.vendor, now.vendor), (before.model, now.model), (before.firmware, now.firmware))
