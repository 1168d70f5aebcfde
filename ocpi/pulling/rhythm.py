"""When a list of a party is fetched, and how much of it. Pure.

All of it once, when it is new here, and then weekly; what has changed nightly, and when a party that was away
is back: what it could not push meanwhile is nowhere else. Each party has a minute of its own in the night, so
that they are not all asked at once. What fails is tried again, each time later.
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
AGAIN_AT_LAST: Final = timedelta(hours=6)
_MOST_DOUBLINGS: Final = 6


class Extent(StrEnum):
    ALL = "ALL"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True)
class Fetched:
    """`until` is when the last fetch began that succeeded, `all_at` the last one of all there is.

    `wanted` was asked for, by the operator or because the party is new here, and `wishes` count how often.
    `doubted_at`: all there was told to be was so little that it has to be told twice.
    """

    all_at: datetime | None = None
    until: datetime | None = None
    failed_at: datetime | None = None
    failures: int = 0
    was_away: bool = False
    wanted: Extent | None = None
    doubted_at: datetime | None = None
    wishes: int = 0


NOTHING: Final = Fetched()


def due(fetched: Fetched, party: PartyId, now: datetime, *, is_away: bool) -> Extent | None:
    """What is to be fetched of a party now; None: nothing."""
    if is_away or now < _rests_until(fetched, now):
        return None
    if fetched.all_at is None or fetched.until is None or fetched.wanted is Extent.ALL:
        return Extent.ALL
    night = last_night(party, now)
    if fetched.until >= night:
        return Extent.CHANGED if fetched.was_away or fetched.wanted else None
    return Extent.ALL if night - fetched.all_at >= ALL_EVERY else Extent.CHANGED


def next_due(fetched: Fetched, party: PartyId, now: datetime) -> datetime:
    """When something is due at the latest, if the party can be reached then."""
    if due(fetched, party, now, is_away=False) is not None:
        return now
    if fetched.failed_at is not None:
        return _rests_until(fetched, now)
    return last_night(party, now) + timedelta(days=1)


def last_night(party: PartyId, now: datetime) -> datetime:
    """The party's own minute of the night, in UTC, that was reached last."""
    minute = zlib.crc32(str(party).encode()) % NIGHT_LASTS_MINUTES
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    tonight = midnight + NIGHT_BEGINS + timedelta(minutes=minute)
    return tonight if tonight <= now else tonight - timedelta(days=1)


def _rests_until(fetched: Fetched, now: datetime) -> datetime:
    if fetched.failed_at is None:
        return now
    doublings = min(max(fetched.failures - 1, 0), _MOST_DOUBLINGS)
    pause: timedelta = AGAIN_AFTER * 2**doublings
    return fetched.failed_at + min(pause, AGAIN_AT_LAST)
