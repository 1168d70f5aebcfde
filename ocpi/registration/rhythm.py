"""How often credentials are exchanged, as the operator chose."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How old tokens may grow (None: as old as they like), and how long news is gathered at least."""

    rotate_every: timedelta | None = timedelta(days=30)
    tell_every: timedelta = timedelta(hours=1)
