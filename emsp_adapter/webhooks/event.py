"""What happened, as a small message: what, when, and the ids by which the rest is read from the API. Pure.

The id of a message follows from what happened, so that who finds the same once more, after a crash, makes no
second message. Spec: Standard Webhooks, Payload structure, Webhook headers.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from schemas import codec

_ID_LETTERS: Final = 32


class EventType(StrEnum):
    SESSION_STARTED = "session.started"
    SESSION_UPDATED = "session.updated"
    SESSION_COMPLETED = "session.completed"
    COMMAND_RESULT = "command.result"
    CDR_RECEIVED = "cdr.received"
    CDR_CREDITED = "cdr.credited"
    CDR_FINDINGS = "cdr.findings"
    TOKEN_BLOCKED = "token.blocked"  # noqa: S105 - the name of an event
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Event:
    """`of` names the one thing that happened: the same thing, the same message."""

    type: EventType
    of: str
    at: datetime
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        digest = hashlib.sha256(f"{self.type}|{self.of}".encode()).hexdigest()
        return f"msg_{digest[:_ID_LETTERS]}"

    def body(self) -> bytes:
        return codec.encode({"type": self.type, "timestamp": self.at, "data": self.data})
