"""What is handed to whoever writes: all of a message that its record is made of, in plain values.

Fit to leave the process: no header is in it, and no body that may hold a token.
"""

from datetime import datetime
from typing import Final, Literal

import msgspec

Direction = Literal["in", "out"]

_NOT_FOR_BODIES: Final = frozenset({"unknown", "versions", "credentials"})


class Slip(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`number` orders the messages of a process, also those of the same instant.

    `answer` is the envelope that came (`is_envelope`), or the data that we wrote one around; `status` and
    `said` are what was told in that of our own, or where the answer itself is not handed on.
    `rest` is what follows the address of the module, taken apart or as it was written.
    `trouble` is why no answer came. Parties are written as `FR*CPO`.
    """

    number: int
    direction: Direction
    at: datetime
    seconds: float
    correlation_id: str
    request_id: str
    partner: str | None
    sender: str | None
    to: str | None
    version: str | None
    module: str
    side: str | None
    method: str
    url: str
    rest: tuple[str, ...] | str
    http: int | None
    status: int | None
    said: str | None
    trouble: str | None
    is_envelope: bool
    body: bytes
    answer: bytes
    request_bytes: int
    answer_bytes: int
    losses: tuple[str, ...]


def has_readable_bodies(module: str) -> bool:
    """What belongs to no functional module may hold credentials, and is not looked into."""
    return module not in _NOT_FOR_BODIES
