"""A meter that signs what it reads, as meters under calibration law do."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from schemas import codec


def told(kwh: float | str, reason: str = "", **more: Any) -> dict[str, Any]:
    """A reading as it stands in a record; a text is a number whose zeros count."""
    value = Decimal(kwh) if isinstance(kwh, str) else kwh
    tx = {"TX": reason} if reason else {}
    return {"TM": "2026-03-02T10:00:00,000+0100 S", **tx, "RV": value, "RI": "1-b:1.8.0", "RU": "kWh", **more}


@dataclass
class SigningMeter:
    curve: ec.EllipticCurve = field(default_factory=ec.SECP256R1)
    algorithm: str = "ECDSA-secp256r1-SHA256"

    def __post_init__(self) -> None:
        self.private = ec.generate_private_key(self.curve)

    @property
    def der(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def public_key(self) -> str:
        """As the Open Charge Alliance wants it."""
        return base64.b64encode(f"oca:base16:asn1:{self.der.hex()}".encode()).decode()

    def record(self, *readings: dict[str, Any], pagination: str = "T1", **more: Any) -> str:
        """`more` goes into the payload."""
        return self.signed(payload_of(readings, PG=pagination, **more))

    def signed(self, payload: str, *, encoding: str | None = None, **more: Any) -> str:
        """A record of just that payload; `more` goes beside the signature."""
        signature = self.private.sign(payload.encode(), ec.ECDSA(SHA256()))
        is_base64 = encoding == "base64"
        data = base64.b64encode(signature).decode() if is_base64 else signature.hex()
        spelled = {"SE": encoding} if encoding else {}
        return f"OCMF|{payload}|" + json.dumps({"SA": self.algorithm, **spelled, "SD": data, **more})


def payload_of(readings: Sequence[dict[str, Any]], **more: Any) -> str:
    payload = {"FV": "1.0", "GI": "METER", "GS": "001", "MS": "4711", "IS": True, "IT": "NONE", **more}
    return codec.encode({**payload, "RD": list(readings)}).decode()


def based(record: str) -> str:
    """As OCPP wants a record: in base64."""
    return base64.b64encode(record.encode()).decode()
