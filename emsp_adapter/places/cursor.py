"""How far somebody has come in a list by distance, as an opaque word.

Places at exactly the same distance follow each other as they came to be known here.
"""

import struct
from dataclasses import dataclass
from typing import Final, Self

from ocpi.wire import checked_word

_PLACE: Final = struct.Struct(">dq")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Behind what was shown last."""

    distance_m: float
    seq: int

    def write(self, scope: str) -> str:
        """`scope` names the area and the filters."""
        return checked_word.write(_PLACE, scope, self.distance_m, self.seq)

    @classmethod
    def read(cls, written: str, scope: str) -> Self:
        """Raises InvalidParameters for what was not written for this list."""
        return cls(*checked_word.read(_PLACE, scope, written))


START: Final = Position(-1.0, 0)
