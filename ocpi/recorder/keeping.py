"""What the operator chose to keep of messages, and for how long."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Bodies(StrEnum):
    """How much of what was said is kept."""

    NONE = "none"
    REDACTED = "redacted"


@dataclass(frozen=True, slots=True)
class Keeping:
    bodies: Bodies = Bodies.REDACTED
    kept_for: timedelta = timedelta(days=30)
