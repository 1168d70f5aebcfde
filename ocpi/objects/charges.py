"""When a charge began that a session or a bill is about: what was agreed then governs it to its end."""

from datetime import datetime

from ocpi.objects.kinds import Json
from schemas.times import parse


def start_of(value: Json) -> datetime | None:
    """None where that cannot be read."""
    try:
        return parse(value["start_date_time"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
