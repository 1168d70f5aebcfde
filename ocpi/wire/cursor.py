"""How far somebody has come in a list, as an opaque word in the Link to the next page.

A position in the order of creation costs the same however deep it is, and stays what it was when objects
come or go before it. The total of the first page travels along.
Spec: 2.3.0 transport_and_format, Pagination (the Link is followed as it stands).
"""

import struct
from dataclasses import dataclass
from typing import Final, Self

from ocpi.wire import checked_word

_NUMBERS: Final = struct.Struct(">qq")  # no larger than a database can compare


@dataclass(frozen=True, slots=True)
class Cursor:
    """`position` is the number of the last object that was shown; `total` what X-Total-Count says."""

    position: int
    total: int

    def write(self, scope: str) -> str:
        """`scope` names the list and its filters."""
        return checked_word.write(_NUMBERS, scope, self.position, self.total)

    @classmethod
    def read(cls, written: str, scope: str) -> Self:
        """Raises InvalidParameters for what was not written for this list."""
        return cls(*checked_word.read(_NUMBERS, scope, written))
