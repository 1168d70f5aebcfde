"""The curves by their names in OCMF, which are spelled in more than one way.

All hash with SHA-256, says the table, also those of 384 bits. Of the seven, secp192k1 is in no library that
is used here: a record that is signed with it cannot be checked, which is told and not taken for a broken one.
Spec: OCMF 1.4, signature algorithms (SA).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

DEFAULT: Final = "ECDSA-secp256r1-SHA256"
CURVES: Final[Mapping[str, ec.EllipticCurve]] = MappingProxyType(
    {
        "ecdsa-secp192r1-sha256": ec.SECP192R1(),
        "ecdsa-secp256k1-sha256": ec.SECP256K1(),
        "ecdsa-secp256r1-sha256": ec.SECP256R1(),
        "ecdsa-secp384r1-sha256": ec.SECP384R1(),
        "ecdsa-brainpool256r1-sha256": ec.BrainpoolP256R1(),
        "ecdsa-brainpoolp256r1-sha256": ec.BrainpoolP256R1(),
        "ecdsa-brainpool384r1-sha256": ec.BrainpoolP384R1(),
        "ecdsa-brainpoolp384r1-sha256": ec.BrainpoolP384R1(),
    }
)
"""By the name of the algorithm, in lower case."""
