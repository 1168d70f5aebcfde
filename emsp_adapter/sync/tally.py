"""What came of a list so far, as values. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

SAMPLES: Final = 20


@dataclass(frozen=True, slots=True)
class Bad:
    """Something in a list that is not taken; `object_id` is what it calls itself, if it can be read."""

    object_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Tally:
    """`new` counts those that were not held so. `names` are ids as the list has them, in lower case."""

    seen: int = 0
    new: int = 0
    bad: int = 0
    names: frozenset[str] = frozenset()
    nameless: int = 0
    samples: tuple[Bad, ...] = ()

    def plus(self, names: Iterable[str], new: int, bad: Sequence[Bad]) -> "Tally":
        """With a page: the names of good objects, how many were new, and what was bad."""
        named = [each.object_id.lower() for each in bad if each.object_id is not None]
        good = list(names)
        return replace(
            self,
            seen=self.seen + len(good) + len(bad),
            new=self.new + new,
            bad=self.bad + len(bad),
            names=self.names.union(good, named),
            nameless=self.nameless + len(bad) - len(named),
            samples=(*self.samples, *bad)[:SAMPLES],
        )

    def counts(self) -> dict[str, int]:
        return {"seen": self.seen, "new": self.new, "bad": self.bad}

    def bad_ones(self) -> list[dict[str, Any]]:
        return [{"id": each.object_id, "reason": each.reason} for each in self.samples]
