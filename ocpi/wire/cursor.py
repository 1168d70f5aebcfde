"""How far somebody has come in a list, as an opaque word in the Link to the next page.

A position in the order of creation costs the same however deep it is, and stays what it was when objects
come or go before it. The total of the first page travels along. A cursor that was cut, made up or taken from
another list is noticed; it opens nothing that its bearer could not ask for without it.
Spec: 2.3.0 transport_and_format, Pagination (the Link is followed as it stands).
"""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from typing import Final, Self

from ocpi.errors import InvalidParameters

_NUMBERS: Final = struct.Struct(">qq")  # no larger than a database can compare
_CHECK_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Cursor:
    """`position` is the number of the last object that was shown; `total` what X-Total-Count says."""

    position: int
    total: int

    def write(self, scope: str) -> str:
        """`scope` names the list and its filters."""
        numbers = _NUMBERS.pack(self.position, self.total)
        return base64.urlsafe_b64encode(numbers + _check(numbers, scope)).decode()

    @classmethod
    def read(cls, written: str, scope: str) -> Self:
        """Raises InvalidParameters for what was not written for this list."""
        try:
            packed = base64.b64decode(written, altchars=b"-_", validate=True)
            numbers, check = packed[: _NUMBERS.size], packed[_NUMBERS.size :]
            position, total = _NUMBERS.unpack(numbers)
        except (ValueError, binascii.Error, struct.error) as error:
            raise _unusable() from error
        if check != _check(numbers, scope):
            raise _unusable()
        return cls(position, total)


def _check(numbers: bytes, scope: str) -> bytes:
    return hashlib.blake2b(numbers + scope.encode(), digest_size=_CHECK_BYTES).digest()


def _unusable() -> InvalidParameters:
    return InvalidParameters("this cursor leads nowhere in this list: begin again without a cursor")
