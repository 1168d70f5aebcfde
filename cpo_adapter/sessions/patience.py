"""How long to wait for what stations have not told, before it is settled without. Policy of the operator."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """`events`: a bill that lacks some is held for so long; `end`: one whose end was assumed.

    `silence`: a transaction of which nothing is heard for so long has ended.
    """

    events: timedelta = timedelta(hours=24)
    end: timedelta = timedelta(hours=24)
    silence: timedelta = timedelta(hours=48)
