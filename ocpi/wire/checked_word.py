"""Numbers as an opaque word that leads back to them, and to nothing else.

A word that was cut, made up or written for another list is noticed; it opens nothing that its bearer could
not ask for without it.
"""

import base64
import binascii
import hashlib
import struct
from typing import Any, Final

from ocpi.errors import InvalidParameters

_CHECK_BYTES: Final = 8


def write(form: struct.Struct, scope: str, *numbers: float) -> str:
    """`scope` names what the word is for."""
    packed = form.pack(*numbers)
    return base64.urlsafe_b64encode(packed + _check(packed, scope)).decode()


def read(form: struct.Struct, scope: str, written: str) -> tuple[Any, ...]:
    """What `write` was given. Raises InvalidParameters for what was not written in this scope."""
    try:
        whole = base64.b64decode(written, altchars=b"-_", validate=True)
        packed, check = whole[: form.size], whole[form.size :]
        numbers = form.unpack(packed)
    except (ValueError, binascii.Error, struct.error) as error:
        raise _unusable() from error
    if check != _check(packed, scope):
        raise _unusable()
    return numbers


def _check(packed: bytes, scope: str) -> bytes:
    return hashlib.blake2b(packed + scope.encode(), digest_size=_CHECK_BYTES).digest()


def _unusable() -> InvalidParameters:
    return InvalidParameters("this cursor leads nowhere in this list: begin again without a cursor")
