"""Certificates made on the spot: an authority, servers of both kinds, stations, and bad ones."""

import datetime as dt
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ocpi.process.clock import SystemClock

Kind = Literal["rsa", "ec"]
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def written(self, file: Path) -> Path:
        """Certificate and key in one file."""
        file.write_bytes(self.pem + pem_of(self.key))
        return file


class Authority:
    def __init__(self, name: str = "CA of the tests", above: "Authority | None" = None) -> None:
        issuer = None if above is None else above.own
        self.own: Issued = _made(name, issuer, kind="ec", is_authority=True)

    @property
    def certificate(self) -> x509.Certificate:
        return self.own.certificate

    def written(self, file: Path) -> Path:
        file.write_bytes(self.own.pem)
        return file

    def server(self, kind: Kind) -> Issued:
        return _made("localhost", self.own, kind=kind, use=ExtendedKeyUsageOID.SERVER_AUTH)

    def station(self, name: str, *, organization: str = "CPO", days: int = 30, use: str = "client") -> Issued:
        """`days` it is still valid; negative: it has ended."""
        oid = ExtendedKeyUsageOID.CLIENT_AUTH if use == "client" else ExtendedKeyUsageOID.SERVER_AUTH
        return _made(name, self.own, kind="ec", organization=organization, use=oid, days=days)


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def client_context(
    authority: Authority, paper: Path | None = None, *, suites: str | None = None
) -> ssl.SSLContext:
    """A station that trusts `authority`, with its own certificate if any; `suites` mean TLS 1.2."""
    context = ssl.create_default_context(cadata=authority.own.pem.decode())
    context.check_hostname = False
    if suites is not None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(suites)
    if paper is not None:
        context.load_cert_chain(paper)
    return context


@cache
def _rsa_key() -> rsa.RSAPrivateKey:
    """The same for every server: to find one takes longer than most tests."""
    return rsa.generate_private_key(65537, 2048)


def _made(
    name: str,
    issuer: Issued | None,
    *,
    kind: Kind,
    organization: str = "CPO",
    use: x509.ObjectIdentifier | None = None,
    days: int = 30,
    is_authority: bool = False,
) -> Issued:
    key = _rsa_key() if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    now = SystemClock().now()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 60 * _DAY)
        .not_valid_after(now + days * _DAY)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if use is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    return Issued(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)
