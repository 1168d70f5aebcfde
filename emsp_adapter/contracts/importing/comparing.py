"""What a file changes, counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from emsp_adapter.contracts.importing.reading import Entry

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Counts:
    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.created + other.created, self.changed + other.changed, self.unchanged + other.unchanged
        )


NOTHING: Final = Counts()


class Ledger(Protocol[Item]):
    """Where the rows of a file are written to."""

    async def compare(self, entries: Sequence[Entry[Item]]) -> Counts:
        """What `write` would do."""
        ...

    async def write(self, entries: Sequence[Entry[Item]]) -> Counts:
        """Durable, and marked for every CPO, when this returns; of what is unchanged nothing is written."""
        ...
