"""What is kept of what stations say of transactions, and how it is written down. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from cpo_adapter.ocpp.raw import RawMessage
from schemas import codec

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """`order` is its place among all that were heard by one process, and roughly among those of others."""

    message: RawMessage
    order: int


@dataclass(frozen=True, slots=True)
class GivenNumber:
    """The number that a start was answered with before it could be looked up; `told_as` is its content."""

    number: int
    told_as: str
    station: str


def key_of(message: RawMessage) -> str:
    """The same for a message that is repeated under its own id."""
    told = f"{message.station}|{message.version}|{message.frame}"
    return hashlib.sha256(told.encode()).hexdigest()


Kept: TypeAlias = KeptMessage | GivenNumber


class Places:
    """Gives each message its place: by the clock, and never before the one that came last."""

    def __init__(self) -> None:
        self._last = 0

    def following(self, heard_at: datetime) -> int:
        self._last = max(self._last + 1, (heard_at - _EPOCH) // _MICROSECOND)
        return self._last

    def leave_behind(self, order: int) -> None:
        """What comes from now on comes after `order`."""
        self._last = max(self._last, order)


def written(kept: Kept) -> bytes:
    if isinstance(kept, GivenNumber):
        return codec.encode([kept.number, kept.told_as, kept.station])
    raw = kept.message
    heard_at = (raw.heard_at - _EPOCH) // _MICROSECOND
    return codec.encode(
        [kept.order, raw.station, raw.version, raw.action, raw.message_id, raw.frame, heard_at]
    )


def read(record: bytes) -> Kept:
    """What `written` wrote."""
    fields: Any = codec.decode(record)
    if len(fields) == 3:  # noqa: PLR2004 - a given number
        return GivenNumber(*fields)
    order, station, version, action, message_id, frame, heard_at = fields
    at = _EPOCH + heard_at * _MICROSECOND
    return KeptMessage(RawMessage(station, version, action, message_id, frame, at), order)
