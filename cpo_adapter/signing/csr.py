"""Whether what a station wants signed is right, and its own to ask for.

The request's own signature proves that the station has the key, which has to be strong and one with which it
can come in here by TLS. It asks in the name under which the door lets it in: any other would lock it out, or
let it in as another. Extensions that it asks for are not even read.
Spec: OCPP security whitepaper, A02 and its table of keys and hashes; RFC 2986.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID, ObjectIdentifier

from cpo_adapter.ocpp.rooms import NotSigned

MOST_CHARACTERS: Final = 5_500
LEAST_RSA_BITS: Final = 2048
_LEAST_HASH_BYTES: Final = 32
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
"""The whitepaper lets any of 224 bits and more be; with others than these nobody comes in by TLS 1.3."""

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class Wanted:
    """What may be signed: a key, and the name that goes with it."""

    key: PublicKey
    name: str
    organization: str | None

    @property
    def key_digest(self) -> str:
        """By which the same key is known again."""
        der = self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).hexdigest()


def wanted(pem: str, *, name: str, organization: str | None) -> Wanted:
    """`name` is the one CN that will do, `organization` the one O, any if None. Raises NotSigned."""
    if len(pem) > MOST_CHARACTERS:
        raise _wrong(f"the request has more than {MOST_CHARACTERS} characters")
    try:
        return _checked(x509.load_pem_x509_csr(pem.encode()), name, organization)
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise _wrong("it is no certificate request in PEM that can be read") from error


def _checked(csr: x509.CertificateSigningRequest, name: str, organization: str | None) -> Wanted:
    key = _strong(csr)
    _check_signature(csr)
    _check_name(_told(csr, NameOID.COMMON_NAME), name)
    return Wanted(key, name, _organization(_told(csr, NameOID.ORGANIZATION_NAME), organization))


def _strong(csr: x509.CertificateSigningRequest) -> PublicKey:
    key = csr.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES):
        return key
    raise _wrong(f"the key has to be RSA with {LEAST_RSA_BITS} bits or more, or EC on P-256, P-384 or P-521")


def _check_signature(csr: x509.CertificateSigningRequest) -> None:
    algorithm = csr.signature_hash_algorithm
    if algorithm is None or algorithm.digest_size < _LEAST_HASH_BYTES:
        raise _wrong("it has to be signed with SHA-256 or a longer hash")
    if not csr.is_signature_valid:
        raise _wrong("its signature is not that of its key")


def _check_name(told: list[str], name: str) -> None:
    if told != [name]:
        raise _wrong(f"its CN is {_shown(told)}, and the station is let in as {name!r} alone")


def _organization(told: list[str], organization: str | None) -> str | None:
    if organization is None:
        return told[0] if len(told) == 1 else None
    if told != [organization]:
        raise _wrong(f"its O is {_shown(told)}, and has to be {organization!r}")
    return organization


def _told(csr: x509.CertificateSigningRequest, attribute: ObjectIdentifier) -> list[str]:
    return [str(each.value) for each in csr.subject.get_attributes_for_oid(attribute)]


def _shown(told: list[str]) -> str:
    return ", ".join(repr(each[:64]) for each in told[:3]) or "missing"


def _wrong(text: str) -> NotSigned:
    return NotSigned("InvalidCSR", text)
