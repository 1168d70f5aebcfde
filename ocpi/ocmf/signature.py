"""Whether a record is as its meter signed it.

What cannot be checked is not broken: a key that is missing or an algorithm that nobody here knows says
nothing of the meter.
Spec: OCMF 1.4, Signed Data (SA, SE, SM, SD and their defaults).
"""

import base64
import binascii
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from ocpi.ocmf.curves import CURVES, DEFAULT
from ocpi.ocmf.keys import MeterKey
from ocpi.ocmf.record import Record

_DER: Final = "application/x-der"


class Verdict(StrEnum):
    GOOD = "the signature is good"
    BROKEN = "the signature is broken"
    OTHER_CURVE = "the key is on another curve than the signature"
    UNSUPPORTED = "the algorithm or encoding of the signature is not supported"
    NO_KEY = "no public key is known"

    @property
    def is_checked(self) -> bool:
        """Whether something was found out about the record."""
        return self in (Verdict.GOOD, Verdict.BROKEN, Verdict.OTHER_CURVE)


def algorithm_of(record: Record) -> str:
    told = record.signature.get("SA")
    return told if isinstance(told, str) and told else DEFAULT


def verify(record: Record, key: MeterKey | None) -> Verdict:
    curve = CURVES.get(algorithm_of(record).casefold())
    if curve is None or record.signature.get("SM", _DER) != _DER:
        return Verdict.UNSUPPORTED
    if key is None:
        return Verdict.NO_KEY
    if key.public.curve.name != curve.name:
        return Verdict.OTHER_CURVE
    signature = _signature(record)
    return Verdict.GOOD if signature and _holds(record, key, signature) else Verdict.BROKEN


def _holds(record: Record, key: MeterKey, signature: bytes) -> bool:
    try:
        key.public.verify(signature, record.signed, ec.ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _signature(record: Record) -> bytes | None:
    """What is no signature at all is as good as a wrong one."""
    told = record.signature.get("SD")
    if not isinstance(told, str):
        return None
    try:
        if record.signature.get("SE", "hex") == "base64":
            return base64.b64decode(told, validate=True)
        return bytes.fromhex(told)
    except (binascii.Error, ValueError):
        return None
