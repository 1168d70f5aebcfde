"""What an answer that came says of itself."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from ocpi.errors import Unreadable
from ocpi.wire import envelope

_STATUS: Final = re.compile(rb'"status_code"\s*:\s*(\d{4})\b')
_LARGEST_STATUS: Final = 9999


class Told(NamedTuple):
    """`data` is JSON; empty where there is none."""

    status: int | None
    said: str | None
    data: bytes


@lru_cache(maxsize=128)
def told_in(body: bytes) -> Told:
    """What is no envelope, or larger than is read, may still tell its status.

    Remembered for a moment: what is relayed comes twice.
    """
    try:
        found = envelope.read(body)
    except Unreadable:
        status = _STATUS.search(body)
        return Told(int(status[1]) if status else None, None, b"")
    is_status = 0 <= found.status_code <= _LARGEST_STATUS
    return Told(found.status_code if is_status else None, found.status_message, found.data or b"")
