"""A certificate that was issued to a station, and what became of it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Void(StrEnum):
    """Why one is not let in any more, whatever its dates say."""

    REVOKED = "revoked"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """`serial_number` in hex, which names it here; `fingerprint` is the SHA-256 of its DER, in hex.

    `use` and `request` stood in the station's message, for the answer to bear. `outcome` is the station's own
    word for it, None until it was told; `used_at` when it first came in by it.
    """

    serial_number: str
    station: str
    subject: str
    fingerprint: str
    not_before: datetime
    not_after: datetime
    asked_at: datetime
    use: str | None = None
    request: int | None = None
    outcome: str | None = None
    used_at: datetime | None = None
    void: Void | None = None
    reason: str = ""

    def is_waiting(self, now: datetime) -> bool:
        """To be handed to its station."""
        return self.outcome is None and self.used_at is None and self.void is None and now < self.not_after

    def standing(self, now: datetime) -> str:
        """How it is with it, in a word or two."""
        if self.void is not None:
            return self.void.value
        if now >= self.not_after:
            return "ended"
        if self.used_at is not None:
            return "in use"
        return "waiting for its station" if self.outcome is None else "told to its station"
