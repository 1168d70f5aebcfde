"""The public key of a meter, in whichever spelling it comes.

As a structure with its curve (DER, SubjectPublicKeyInfo) or as the bare point, for which the record names the
curve; in hex, base64 or PEM; and wrapped as the Open Charge Alliance wants it: base64 of
`oca:base16:asn1:<hex>`, that what stands on the cabinet can be compared.
Spec: OCMF 1.4, Public Key; Signed Meter Values in OCPP 1.0, 3.2.2.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from ocpi.ocmf.curves import CURVES

_WRAPPED: Final = re.compile(r"^oca:(base16|base64):(?:asn1|plain):(.+)$", re.DOTALL)
_LONGEST: Final = 8_192
_UNCOMPRESSED: Final = b"\x04"


class NoKey(ValueError):
    """The text is no public key of an elliptic curve that is known here."""


@dataclass(frozen=True, slots=True)
class MeterKey:
    """`der` is the one spelling by which keys are compared."""

    der: bytes
    public: ec.EllipticCurvePublicKey

    @property
    def fingerprint(self) -> str:
        """Short enough to be read aloud; nobody finds another key that has it."""
        return hashlib.sha256(self.der).hexdigest()[:32]


def key_of(text: str, algorithm: str | None = None) -> MeterKey:
    """`algorithm` is the record's, whose curve a bare point is on. Raises NoKey."""
    for raw in _spellings(text.strip()):
        public = _structure(raw) or _point(raw, algorithm)
        if public is not None:
            return MeterKey(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), public)
    raise NoKey("is no public key of a known elliptic curve")


def _spellings(text: str) -> Iterator[bytes]:
    """What the text may mean, one wrapping after another."""
    if len(text) > _LONGEST:
        return
    wrapped = _WRAPPED.match(text)
    if wrapped is not None:
        yield from _decoded(wrapped[2], hex_alone=wrapped[1] == "base16")
    elif text.startswith("-----BEGIN"):
        yield text.encode()
    else:
        yield from _decoded(text, hex_alone=False)


def _decoded(text: str, *, hex_alone: bool) -> Iterator[bytes]:
    """Hex that somebody may have grouped; else base64, of the key or of its hex or its wrapping."""
    digits = re.sub(r"[\s:.-]", "", text)
    with suppress(ValueError):
        yield bytes.fromhex(digits)
    if hex_alone:
        return
    try:
        inner = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return
    yield inner
    if inner.isascii() and inner != text.encode():
        yield from _spellings(inner.decode().strip())


def _structure(raw: bytes) -> ec.EllipticCurvePublicKey | None:
    load = load_pem_public_key if raw.startswith(b"-----BEGIN") else load_der_public_key
    try:
        public = load(raw)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return public if isinstance(public, ec.EllipticCurvePublicKey) else None


def _point(raw: bytes, algorithm: str | None) -> ec.EllipticCurvePublicKey | None:
    """Compressed, uncompressed, or its two numbers alone."""
    curve = CURVES.get((algorithm or "").casefold())
    if curve is None:
        return None
    size = (curve.key_size + 7) // 8
    for spelled in (raw, _UNCOMPRESSED + raw) if len(raw) == 2 * size else (raw,):
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(curve, spelled)
        except (ValueError, UnsupportedAlgorithm):
            continue
    return None
