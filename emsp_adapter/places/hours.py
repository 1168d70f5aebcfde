"""Whether a Location is open at an instant, by its own clock. Pure.

Exceptions win over regular hours, closings over openings. A period that ends before it begins goes on into
the next day; 00:00 as an end is midnight at the end of the day. Nobody who says nothing is taken to be open
or closed.
Spec: 2.3.0 mod_locations, Hours, RegularHours, ExceptionalPeriod.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from schemas import codec
from schemas.times import parse

_DAY_MINUTES: Final = 24 * 60
_REMEMBERED: Final = 10_000


def is_open(hours: bytes | None, zone: str | None, at: datetime) -> bool | None:
    """`hours` as JSON; None: it is not said, or in no way that can be read."""
    if hours is None:
        return None
    told = _read(hours)
    if told is None:
        return None
    if _is_within(told.get("exceptional_closings"), at):
        return False
    if told.get("twentyfourseven") is True or _is_within(told.get("exceptional_openings"), at):
        return True
    local = _local(zone, at)
    return None if local is None else _is_regular(told.get("regular_hours"), local)


@lru_cache(maxsize=_REMEMBERED)
def _read(hours: bytes) -> dict[str, Any] | None:
    told = codec.decode(hours)
    return told if isinstance(told, dict) else None


def _is_within(periods: object, at: datetime) -> bool:
    return any(_holds(each, at) for each in _objects(periods))


def _holds(period: dict[str, Any], at: datetime) -> bool:
    try:
        return parse(period["period_begin"]) <= at < parse(period["period_end"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return False


def _local(zone: str | None, at: datetime) -> datetime | None:
    try:
        return at.astimezone(_zone(zone or ""))
    except (LookupError, ValueError, OSError):
        return None


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _is_regular(regular: object, local: datetime) -> bool:
    yesterday = local - timedelta(days=1)
    minute = local.hour * 60 + local.minute
    for weekday, begin, end in _windows(regular):
        late = end + _DAY_MINUTES if end <= begin else end
        if weekday == local.isoweekday() and begin <= minute < late:
            return True
        if weekday == yesterday.isoweekday() and minute + _DAY_MINUTES < late:
            return True
    return False


def _windows(regular: object) -> Iterator[tuple[int, int, int]]:
    """Weekday, and first and last minute of the day."""
    for each in _objects(regular):
        begin, end = _minutes(each.get("period_begin")), _minutes(each.get("period_end"))
        weekday = each.get("weekday")
        if isinstance(weekday, int) and begin is not None and end is not None:
            yield weekday, begin, end


def _minutes(written: object) -> int | None:
    hour, colon, minute = str(written).partition(":")
    if not (colon and hour.isdecimal() and minute[:2].isdecimal()):
        return None
    return int(hour) * 60 + int(minute[:2])


def _objects(listed: object) -> Iterator[dict[str, Any]]:
    return (each for each in listed if isinstance(each, dict)) if isinstance(listed, list) else iter(())
