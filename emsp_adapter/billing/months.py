"""A month of a statement: written 2026-01, from its first moment to that of the next, in the issuer's zone.

A bill belongs to the month in which its charge ended. Pure.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from ocpi.errors import InvalidParameters

_WRITTEN: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Month:
    """`since` belongs to it, `until` does not."""

    name: str
    zone: str
    since: datetime
    until: datetime


def month(written: str, zone: str) -> Month:
    """Raises InvalidParameters."""
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise InvalidParameters(f"{written[:40]!r} is no month; write it as 2026-01")
    year, number = int(found[1]), int(found[2])
    following = (year, number + 1) if number < _MONTHS else (year + 1, 1)
    return Month(written, zone, _first(year, number, zone), _first(*following, zone))


def _first(year: int, number: int, zone: str) -> datetime:
    return datetime(year, number, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
