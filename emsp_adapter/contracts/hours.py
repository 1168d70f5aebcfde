"""When a contract lets its driver begin to charge, by the clock on the wall there. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from emsp_adapter.contracts.contract import Hours
from schemas.v2_3_0.enums import DayOfWeek

_DAYS: Final = tuple(DayOfWeek)
_A_DAY: Final = timedelta(days=1)


def is_open(hours: Iterable[Hours], time_zone: str, now: datetime) -> bool:
    """`now` is an instant. When clocks go back, an hour of the wall is there twice, and counts twice."""
    local = now.astimezone(ZoneInfo(time_zone))
    return any(_holds(each, local) for each in hours)


def _holds(hours: Hours, local: datetime) -> bool:
    at = local.time()
    today, yesterday = _DAYS[local.weekday()], _DAYS[(local - _A_DAY).weekday()]
    if hours.since < hours.until:
        return today in hours.days and hours.since <= at < hours.until
    return (today in hours.days and at >= hours.since) or (yesterday in hours.days and at < hours.until)
