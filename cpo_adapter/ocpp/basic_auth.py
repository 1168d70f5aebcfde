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
from enum import Enum

SHORTEST_KEY_BYTES = 16


class Spelling(Enum):
    """In which form a station sent its key."""

    RAW = "raw"
    HEX = "hex"


class StationKeys:
    """Digests and recognises keys. `pepper` belongs to the installation, and never to the database."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper

    def digest(self, key: bytes) -> bytes:
        return hmac.digest(self._pepper, key, hashlib.sha256)

    def recognise(self, digest: bytes | None, password: bytes) -> Spelling | None:
        """Which spelling of the key the password is. No digest, no recognition, after the same time."""
        known = digest or bytes(hashlib.sha256().digest_size)
        is_raw = hmac.compare_digest(known, self.digest(password))
        is_hex = hmac.compare_digest(known, self.digest(_unhexed(password)))
        if digest is None or not (is_raw or is_hex):
            return None
        return Spelling.RAW if is_raw else Spelling.HEX


def key_bytes(text: str) -> bytes:
    """A key as it is written down: hex digits mean the bytes they spell, any other text its UTF-8.

    Raises ValueError when it is too short to be machine-made.
    """
    key = _unhexed(text.encode())
    if len(key) < SHORTEST_KEY_BYTES:
        raise ValueError(f"a key has at least {SHORTEST_KEY_BYTES} bytes")
    return key


def password_of(identity: str, authorization: str | None) -> bytes | None:
    """The password of a Basic header whose user is `identity`, which may contain colons. Else None."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        pair = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    user = identity.encode() + b":"
    return pair.removeprefix(user) if pair.startswith(user) else None


def _unhexed(text: bytes) -> bytes:
    try:
        return binascii.unhexlify(text)
    except binascii.Error:
        return text
