"""When the tokens of an issuer are fetched, and how many of them. Pure.

All of them once, when it is new here, and then weekly; what has changed nightly, and when an issuer that was
away is back: what it could not push meanwhile is nowhere else. Each issuer has a minute of its own in the
night, so that they are not all asked at once.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from schemas.kinds import PartyId

NIGHT_BEGINS: Final = timedelta(hours=1)
NIGHT_LASTS_MINUTES: Final = 120
ALL_EVERY: Final = timedelta(days=6, hours=12)
"""Less than a week: they are fetched at night, whatever the hour of the last time was."""
AGAIN_AFTER: Final = timedelta(minutes=10)


class Extent(StrEnum):
    ALL = "ALL"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True)
class Fetched:
    """`until` is when the last fetch began that succeeded, `all_at` the last one of all tokens."""

    all_at: datetime | None = None
    until: datetime | None = None
    failed_at: datetime | None = None
    was_away: bool = False


NOTHING: Final = Fetched()


def due(fetched: Fetched, issuer: PartyId, now: datetime, *, is_away: bool) -> Extent | None:
    """What is to be fetched of an issuer now; None: nothing."""
    has_just_failed = fetched.failed_at is not None and now - fetched.failed_at < AGAIN_AFTER
    if is_away or has_just_failed:
        return None
    if fetched.all_at is None or fetched.until is None:
        return Extent.ALL
    night = last_night(issuer, now)
    if fetched.until >= night:
        return Extent.CHANGED if fetched.was_away else None
    return Extent.ALL if night - fetched.all_at >= ALL_EVERY else Extent.CHANGED


def last_night(issuer: PartyId, now: datetime) -> datetime:
    """The issuer's own minute of the night, in UTC, that was reached last."""
    minute = zlib.crc32(str(issuer).encode()) % NIGHT_LASTS_MINUTES
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    tonight = midnight + NIGHT_BEGINS + timedelta(minutes=minute)
    return tonight if tonight <= now else tonight - timedelta(days=1)
