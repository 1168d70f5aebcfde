"""How far somebody has come in a list by distance, as an opaque word.

Places at exactly the same distance follow each other as they came to be known here.
"""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from typing import Final, Self

from ocpi.errors import InvalidParameters

_PLACE: Final = struct.Struct(">dq")
_CHECK_BYTES: Final = 8


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Behind what was shown last."""

    distance_m: float
    seq: int

    def write(self, scope: str) -> str:
        """`scope` names the area and the filters."""
        place = _PLACE.pack(self.distance_m, self.seq)
        return base64.urlsafe_b64encode(place + _check(place, scope)).decode()

    @classmethod
    def read(cls, written: str, scope: str) -> Self:
        """Raises InvalidParameters for what was not written for this list."""
        try:
            packed = base64.b64decode(written, altchars=b"-_", validate=True)
            place, check = packed[: _PLACE.size], packed[_PLACE.size :]
            distance, seq = _PLACE.unpack(place)
        except (ValueError, binascii.Error, struct.error) as error:
            raise _unusable() from error
        if check != _check(place, scope):
            raise _unusable()
        return cls(distance, seq)


START: Final = Position(-1.0, 0)


def _check(place: bytes, scope: str) -> bytes:
    return hashlib.blake2b(place + scope.encode(), digest_size=_CHECK_BYTES).digest()


def _unusable() -> InvalidParameters:
    return InvalidParameters("this cursor leads nowhere in this list: begin again without a cursor")
