"""Instants as ticks (microseconds) since 1970 in UTC, and back to OCPI's DateTime.

Spec: 2.3.0 types, DateTime: UTC whether or not it says so; fractions of a second are allowed.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from ocpi.pricing.units import TICKS_PER_SECOND

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - DateTimes that do not say so are UTC too
_TICK: Final = timedelta(microseconds=1)
_LATEST: Final = (datetime(2200, 1, 1, tzinfo=UTC) - EPOCH) // _TICK


class InstantRefused(ValueError):
    """Not a DateTime, or outside the years 1970 to 2199."""


def ticks(moment: datetime) -> int:
    """A datetime as ticks; one without a zone is UTC. Raises InstantRefused."""
    count = (moment - (EPOCH if moment.tzinfo is not None else _LOCAL_EPOCH)) // _TICK
    if 0 <= count < _LATEST:
        return count
    raise InstantRefused(f"{moment.isoformat()} is outside the years 1970 to 2199")


def parse(text: str) -> int:
    """The DateTime of a document as ticks. Raises InstantRefused."""
    try:
        count = (datetime.fromisoformat(text) - EPOCH) // _TICK
    except (TypeError, ValueError, OverflowError):  # a TypeError is a DateTime that does not say Z
        return _parsed(text)
    return count if 0 <= count < _LATEST else _parsed(text)


def _parsed(text: str) -> int:
    try:
        return ticks(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise InstantRefused(f"{text:.40} is no DateTime") from error


def moment(count: int) -> datetime:
    """Ticks as an aware datetime."""
    return EPOCH + timedelta(microseconds=count)


def text(count: int) -> str:
    """As OCPI writes it: seconds, a fraction only where there is one, and Z."""
    return moment(count).replace(tzinfo=None).isoformat() + "Z"


def whole_second(count: int) -> int:
    """The nearest whole second, in ticks."""
    return (count + TICKS_PER_SECOND // 2) // TICKS_PER_SECOND * TICKS_PER_SECOND


def day(count: int) -> int:
    """Days since 1970, by UTC."""
    return count // (86_400 * TICKS_PER_SECOND)
