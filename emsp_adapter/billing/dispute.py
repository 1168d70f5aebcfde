"""How far a dispute about a bill has got, and who may take it where. Pure.

    (none) ─▶ REVIEW ─▶ DISMISSED            somebody looks at it; there is nothing to it
       └────────┴─▶ OPEN ─▶ CONCEDED ─▶ SETTLED    the CPO agrees, and takes the bill back
                       └─▶ REJECTED ─▶ SETTLED     the CPO stands by it

What was dismissed or settled may be opened again, with a reason; every step is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

OURSELVES: Final = "passerelle"
"""Who put a bill to be looked at, where no person did."""


class DisputeState(StrEnum):
    """REVIEW: to be looked at, and nobody was told. OPEN: the CPO is asked. REJECTED: by the CPO."""

    REVIEW = "REVIEW"
    OPEN = "OPEN"
    CONCEDED = "CONCEDED"
    REJECTED = "REJECTED"
    SETTLED = "SETTLED"
    DISMISSED = "DISMISSED"


DISPUTED: Final = frozenset({DisputeState.OPEN, DisputeState.CONCEDED, DisputeState.REJECTED})
"""Those in which it is not agreed that the bill is owed."""

_NEXT: Final[Mapping[DisputeState | None, frozenset[DisputeState]]] = {
    None: frozenset({DisputeState.REVIEW, DisputeState.OPEN}),
    DisputeState.REVIEW: frozenset({DisputeState.OPEN, DisputeState.DISMISSED}),
    DisputeState.OPEN: frozenset({DisputeState.CONCEDED, DisputeState.REJECTED, DisputeState.SETTLED}),
    DisputeState.CONCEDED: frozenset({DisputeState.OPEN, DisputeState.SETTLED}),
    DisputeState.REJECTED: frozenset({DisputeState.OPEN, DisputeState.SETTLED}),
    DisputeState.SETTLED: frozenset({DisputeState.OPEN}),
    DisputeState.DISMISSED: frozenset({DisputeState.REVIEW, DisputeState.OPEN}),
}


@dataclass(frozen=True, slots=True)
class Step:
    """`codes` are the findings because of which it was put to be looked at."""

    state: DisputeState
    at: datetime
    by: str
    reason: str
    note: str | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dispute:
    """The oldest step first; one is enough."""

    history: tuple[Step, ...]

    @property
    def state(self) -> DisputeState:
        return self.history[-1].state

    @property
    def is_untouched(self) -> bool:
        """No person has had it in hand."""
        return all(step.by == OURSELVES for step in self.history)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(code for step in self.history for code in step.codes)


def may_follow(state: DisputeState | None) -> frozenset[DisputeState]:
    return _NEXT[state]


def automatic(dispute: Dispute | None, codes: frozenset[str], *, is_due: bool) -> DisputeState | None:
    """What a new verdict makes of a dispute by itself; None leaves it as it is.

    `is_due`: more is at stake than the issuer lets pass. What a person dismissed comes back only for
    something new.
    """
    if dispute is None:
        return DisputeState.REVIEW if is_due else None
    if dispute.state is DisputeState.REVIEW and dispute.is_untouched:
        return None if is_due else DisputeState.DISMISSED
    if dispute.state is DisputeState.DISMISSED and is_due:
        return DisputeState.REVIEW if dispute.is_untouched or codes - dispute.codes else None
    return None
