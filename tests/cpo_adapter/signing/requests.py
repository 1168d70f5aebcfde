"""What stations want signed: right by default, wrong in the one thing that a test says."""

from dataclasses import dataclass, field
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
CN, O = NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME  # noqa: E741 - as a subject is written


@dataclass(frozen=True)
class Asked:
    name: str = "CP-1"
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    organizations: tuple[str, ...] = ("CPO",)
    more: tuple[x509.NameAttribute[str], ...] = ()
    digest: hashes.HashAlgorithm | None = field(default_factory=hashes.SHA256)

    def csr(self) -> x509.CertificateSigningRequest:
        """With extensions that no station may have."""
        attributes = [x509.NameAttribute(O, each) for each in self.organizations]
        if self.name:
            attributes.append(x509.NameAttribute(CN, self.name))
        builder = (
            x509.CertificateSigningRequestBuilder()
            .subject_name(x509.Name([*attributes, *self.more]))
            .add_extension(x509.BasicConstraints(ca=True, path_length=3), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("cpo.example")]), critical=False)
        )
        return builder.sign(self.key, self.digest)  # type: ignore[arg-type]

    @property
    def pem(self) -> str:
        return self.csr().public_bytes(Encoding.PEM).decode()


def tampered(asked: Asked) -> str:
    """Signed, and changed afterwards."""
    der = asked.csr().public_bytes(Encoding.DER)
    return pem(der.replace(asked.name.encode(), b"X" * len(asked.name)))


def pem(der: bytes) -> str:
    return x509.load_der_x509_csr(der).public_bytes(Encoding.PEM).decode()


@cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)
