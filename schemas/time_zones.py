"""Names of time zones, as OCPI takes them from the IANA database."""

from functools import cache
from zoneinfo import available_timezones

_known = cache(available_timezones)
"""It looks through a folder each time."""


def zone_name(written: str) -> str:
    """The name. Raises ValueError."""
    if written not in _known():
        raise ValueError("a time zone is an IANA name, as Europe/Paris")
    return written
