"""Where somebody wants to be told, and of what."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from emsp_adapter.webhooks.event import EventType


class Disabled(StrEnum):
    BY_HAND = "BY_HAND"
    GONE = "GONE"
    FAILING = "FAILING"


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """`until` is when it is used no more, once another has replaced it."""

    sealed: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`events` empty: of all. `secrets`, the newest first. `failing_since`: nothing has arrived since."""

    id: str
    url: str
    events: frozenset[EventType]
    secrets: tuple[SealedSecret, ...]
    created_at: datetime
    created_by: str
    description: str = ""
    disabled: Disabled | None = None
    failing_since: datetime | None = None

    def wants(self, event: EventType) -> bool:
        return self.disabled is None and (not self.events or event in self.events)

    def sealed_at(self, now: datetime) -> list[str]:
        """With what is signed now."""
        return [each.sealed for each in self.secrets if each.until is None or now < each.until]
