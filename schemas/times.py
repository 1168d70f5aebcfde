"""Instants: aware UTC in the program, RFC 3339 with `Z` on the wire.

Spec: types, DateTime. Partners leave out the `Z`, send offsets, any number of fractional digits, and
the unpadded 1970-1-1T00:00:00Z by which missing CDR times may be agreed upon: all are understood.
Instants are cut to the millisecond, which is what the wire and the database keep.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

_SHAPE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[Tt ](\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?"
    r"(?:[Zz]|([+-])(\d{2}):?(\d{2}))?",
    re.ASCII,
)
_MILLISECOND = 1000


def to_instant(value: object) -> datetime:
    """An aware UTC datetime from a wire text or from another aware datetime."""
    try:
        if isinstance(value, datetime):
            return _utc(value)
        if isinstance(value, str):
            return parse(value)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError("datetime", "must be a date and time that exists") from error
    raise PydanticCustomError("datetime_type", "must be a text with a date and time")


def parse(text: str) -> datetime:
    """Raises ValueError or OverflowError for what is no instant."""
    if (
        len(text) == len("2015-06-29T20:39:09Z")
        and text[10] == "T"
        and text[19] == "Z"
        and text[4] == text[7] == "-"
    ):
        return datetime.fromisoformat(text)
    return _parse_leniently(text)


def datetime_text(instant: datetime) -> str:
    """`2015-06-29T20:39:09Z`, milliseconds only where there are any. Raises ValueError without a zone."""
    if instant.tzinfo is None:
        raise ValueError("a datetime without a zone is no instant")
    precision = "milliseconds" if instant.microsecond >= _MILLISECOND else "seconds"
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def _parse_leniently(text: str) -> datetime:
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise ValueError("no date and time")
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction, sign, offset_hours, offset_minutes = match.groups()[6:]
    zone = _offset(sign, offset_hours, offset_minutes) if sign else UTC
    milliseconds = int((fraction or "0")[:3].ljust(3, "0"))
    return datetime(year, month, day, hour, minute, second, milliseconds * _MILLISECOND, zone).astimezone(UTC)


def _offset(sign: str, hours: str, minutes: str) -> timezone:
    distance = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-distance if sign == "-" else distance)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a datetime without a zone is no instant")
    utc = instant.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // _MILLISECOND * _MILLISECOND)


DateTime = Annotated[datetime, PlainValidator(to_instant)]
