"""Is this the station that it says it is: HTTP Basic with its identity and its own key.

Keys are made by machines, so a keyed SHA-256 is enough and costs nothing when ten thousand stations reconnect
at once; a database that leaks tells none of them. The same key comes as raw bytes or as the hex text of them,
from which nothing but trying both tells. Whatever is wrong, the same work is done before the same answer.
Spec: OCPP security whitepaper, profile 1; OCPP-J 1.6, 6.2 (the key may be any bytes).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

SHORTEST_KEY_BYTES = 16
MOST_KEYS: Final = 6
"""So many keys of one station may be good at once; so many are compared, whoever asks."""
_NO_KEY: Final = bytes(hashlib.sha256().digest_size)


class Spelling(Enum):
    """In which form a station sent its key."""

    RAW = "raw"
    HEX = "hex"


@dataclass(frozen=True, slots=True)
class Recognised:
    digest: bytes
    spelling: Spelling


class StationKeys:
    """Digests and recognises keys. `pepper` belongs to the installation, and never to the database."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper

    def digest(self, key: bytes) -> bytes:
        return hmac.digest(self._pepper, key, hashlib.sha256)

    def recognise(self, digests: Sequence[bytes], password: bytes) -> Recognised | None:
        """Which of the keys the password is, and how spelled; found or not, after the same work."""
        sent = {Spelling.RAW: self.digest(password), Spelling.HEX: self.digest(_unhexed(password))}
        found = None
        for digest in (*digests, *[_NO_KEY] * MOST_KEYS)[:MOST_KEYS]:
            for spelling, candidate in sent.items():
                if hmac.compare_digest(digest, candidate) and found is None:
                    found = Recognised(digest, spelling)
        return found


def key_bytes(text: str) -> bytes:
    """A key as it is written down: hex digits mean the bytes they spell, any other text its UTF-8.

    Raises ValueError when it is too short to be machine-made.
    """
    key = _unhexed(text.encode())
    if len(key) < SHORTEST_KEY_BYTES:
        raise ValueError(f"a key has at least {SHORTEST_KEY_BYTES} bytes")
    return key


def password_of(users: Iterable[str], authorization: str | None) -> bytes | None:
    """The password of a Basic header whose user is one of `users`, which may contain colons. Else None."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        pair = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    begins = [user.encode(errors="surrogateescape") + b":" for user in users]
    return next((pair.removeprefix(begin) for begin in begins if pair.startswith(begin)), None)


def _unhexed(text: bytes) -> bytes:
    try:
        return binascii.unhexlify(text)
    except binascii.Error:
        return text
