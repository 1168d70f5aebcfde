"""What follows from an attempt. Pure: facts in, a decision out.

Ten attempts over three days, at the intervals that Standard Webhooks names; a little later each, so that
messages that failed together do not come back together. Whoever answers 410 wants no more of them.
Spec: Standard Webhooks, Deliverability and reliability.
"""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final

PAUSES: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
LONGEST_ASKED: Final = timedelta(hours=24)
FAILING_FOR: Final = timedelta(days=5)
"""An endpoint that failed for so long, and never did otherwise, is not called any more."""
_SPREAD: Final = 0.1
_BUSY: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Outcome:
    """`status` is None where no answer came; `trouble` says why, in few words."""

    status: int | None
    trouble: str | None = None
    retry_after_s: int | None = None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_gone(self) -> bool:
        return self.status == HTTPStatus.GONE


def pause(outcome: Outcome, attempts: int, spread: float) -> timedelta | None:
    """How long until the next attempt, `attempts` with this one; None: there is none. `spread` in [0, 1)."""
    if outcome.is_gone or attempts > len(PAUSES):
        return None
    planned = PAUSES[attempts - 1] * (1 + _SPREAD * spread)
    is_busy = outcome.status in _BUSY and outcome.retry_after_s is not None
    asked = timedelta(seconds=outcome.retry_after_s or 0) if is_busy else timedelta()
    return max(planned, min(asked, LONGEST_ASKED))
