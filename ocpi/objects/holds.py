"""A bill that stays here: an audit said of it what its receiver agreed not to be sent.

Whether a bill is held stands in its own document, from the moment when it is kept, so nobody can read a bill
in between. Its body never changes; what is decided about it, once, is written beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


class HoldState(StrEnum):
    """HELD: nobody has decided yet. RELEASED: on its way, or there. REFUSED: its receiver never gets it."""

    HELD = "held"
    RELEASED = "released"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Hold:
    """`codes` are those of findings; `by` and `reason` belong to what the operator decided later."""

    codes: tuple[str, ...]
    at: datetime
    state: HoldState = HoldState.HELD
    decided_at: datetime | None = None
    by: str | None = None
    reason: str | None = None

    @property
    def withholds(self) -> bool:
        return self.state is not HoldState.RELEASED

    def released(self, at: datetime, by: str) -> Self:
        return replace(self, state=HoldState.RELEASED, decided_at=at, by=by)

    def refused(self, at: datetime, by: str, reason: str) -> Self:
        return replace(self, state=HoldState.REFUSED, decided_at=at, by=by, reason=reason)


def hold_document(hold: Hold | None) -> dict[str, Any] | None:
    if hold is None:
        return None
    return {
        "codes": list(hold.codes),
        "at": hold.at,
        "state": hold.state,
        "decided_at": hold.decided_at,
        "by": hold.by,
        "reason": hold.reason,
    }


def read_hold(document: Mapping[str, Any] | None) -> Hold | None:
    if document is None:
        return None
    return Hold(
        codes=tuple(document["codes"]),
        at=document["at"],
        state=HoldState(document["state"]),
        decided_at=document["decided_at"],
        by=document["by"],
        reason=document["reason"],
    )
