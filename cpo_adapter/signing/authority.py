"""The operator's authority for certificates of stations: what it signs is for clients, and for nothing else.

Its key lies in a file that only the service's own user can read. What is not decided here (extensions, a
longer life, another name) is in no certificate, whatever a station asks for.
Spec: OCPP security whitepaper, A02; RFC 5280, 4.2.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cpo_adapter.ocpp.rooms import NotSigned
from cpo_adapter.ocpp.tls import TlsFilesBroken, authorities_in
from cpo_adapter.signing.csr import PublicKey, Wanted
from ocpi.process import logs
from ocpi.service.key_files import read_secret

_log = logs.logger(__name__)

LONGEST_CHAIN: Final = 10_000
"""Characters, of what CertificateSigned may hold."""
_BEFORE: Final = timedelta(hours=1)
"""A station whose clock is behind shall not find its certificate to be of the future."""

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Signed:
    """`chain` in PEM: the certificate, and those between it and the root."""

    certificate: x509.Certificate
    chain: str


class StationAuthority:
    def __init__(self, certificates: Sequence[x509.Certificate], key: PrivateKey, *, days: int) -> None:
        """`certificates`: its own first, then those above it."""
        self.certificate = certificates[0]
        self._between = [each for each in certificates if each.subject != each.issuer]
        self._key = key
        self._lasts = timedelta(days=days)

    def sign(self, wanted: Wanted, now: datetime) -> Signed:
        """Raises NotSigned."""
        certificate = self._certificate(wanted, now.replace(microsecond=0))
        chain = "".join(_pem(each) for each in (certificate, *self._between))
        if len(chain) > LONGEST_CHAIN:
            raise NotSigned("TooLargeElement", f"its chain would have more than {LONGEST_CHAIN} characters")
        return Signed(certificate, chain)

    def _certificate(self, wanted: Wanted, now: datetime) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(_subject(wanted))
            .issuer_name(self.certificate.subject)
            .public_key(wanted.key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BEFORE)
            .not_valid_after(self._end(now))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_DIGITAL_SIGNATURE, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(wanted.key), critical=False)
            .add_extension(_above(self.certificate), critical=False)
        )
        return builder.sign(self._key, SHA256())

    def _end(self, now: datetime) -> datetime:
        """Never after the authority's own."""
        own = self.certificate
        if not own.not_valid_before_utc <= now < own.not_valid_after_utc:
            _log.error("the authority for stations is not valid now", until=own.not_valid_after_utc)
            raise NotSigned("NotEnabled", "the authority for stations is not valid now")
        return min(now + self._lasts, own.not_valid_after_utc)


def read_authority(certificate: Path | None, key: Path | None, *, days: int) -> StationAuthority | None:
    """None where none is named. Raises TlsFilesBroken, KeyFileOpen."""
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise TlsFilesBroken("an authority for stations needs both its certificate and its key")
    certificates, private = authorities_in(certificate), _private_key(key)
    if not _may_sign(certificates[0]):
        raise TlsFilesBroken(f"{certificate}: its first certificate is none of an authority")
    if certificates[0].public_key() != private.public_key():
        raise TlsFilesBroken(f"{key} is not the key of {certificate}")
    return StationAuthority(certificates, private, days=days)


def _private_key(file: Path) -> PrivateKey:
    try:
        key = load_pem_private_key(read_secret(file).encode(), password=None)
    except OSError as error:
        raise TlsFilesBroken(f"{file}: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise TlsFilesBroken(f"{file}: holds no private key in PEM, or one with a password") from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TlsFilesBroken(f"{file}: an authority for stations has an RSA or an EC key")
    return key


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        extensions = certificate.extensions
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
    except (ValueError, x509.DuplicateExtension, x509.ExtensionNotFound):
        return False
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return constraints.ca
    return constraints.ca and usage.key_cert_sign


def _subject(wanted: Wanted) -> x509.Name:
    organization = wanted.organization
    return x509.Name(
        [
            *([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)] if organization else []),
            x509.NameAttribute(NameOID.COMMON_NAME, wanted.name),
        ]
    )


def _above(authority: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    try:
        own = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(_issuing(authority))
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _issuing(authority: x509.Certificate) -> PublicKey:
    key = authority.public_key()
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise TypeError(type(key).__name__)
    return key


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


_DIGITAL_SIGNATURE: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
