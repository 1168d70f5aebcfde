"""What the operator's authority puts into a certificate, and which files make one."""

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from cpo_adapter.ocpp.rooms import NotSigned
from cpo_adapter.ocpp.tls import TlsFilesBroken
from cpo_adapter.signing.authority import StationAuthority, read_authority
from cpo_adapter.signing.csr import wanted
from ocpi.process.clock import SystemClock
from ocpi.service.key_files import KeyFileOpen
from tests.cpo_adapter.certificates import Authority, pem_of
from tests.cpo_adapter.signing.requests import Asked

NOW = SystemClock().now().replace(microsecond=0)
ASKED = Asked()
WANTED = wanted(ASKED.pem, name="CP-1", organization="CPO")


@pytest.fixture(scope="module")
def root() -> Authority:
    return Authority("Root")


def key_file(folder: Path, key: bytes, mode: int = 0o600) -> Path:
    file = folder / "authority.key"
    file.write_bytes(key)
    file.chmod(mode)
    return file


def authority(folder: Path, *above: Authority, days: int = 10) -> StationAuthority:
    """The first one, and those above it."""
    file = folder / "authority.pem"
    file.write_bytes(b"".join(each.own.pem for each in above))
    found = read_authority(file, key_file(folder, pem_of(above[0].own.key)), days=days)
    assert found is not None
    return found


def test_a_certificate_is_for_a_client_and_for_nothing_that_was_asked_beside(
    tmp_path: Path, root: Authority
) -> None:
    """The request wants to be an authority, for another host."""
    signed = authority(tmp_path, root).sign(WANTED, NOW).certificate
    extensions = {type(each.value): each.value for each in signed.extensions}

    signed.verify_directly_issued_by(root.certificate)
    assert signed.subject.rfc4514_string() == "CN=CP-1,O=CPO"
    assert signed.public_key() == ASKED.key.public_key()
    assert extensions[x509.BasicConstraints] == x509.BasicConstraints(ca=False, path_length=None)
    assert list(extensions[x509.ExtendedKeyUsage]) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    usage = extensions[x509.KeyUsage]
    assert isinstance(usage, x509.KeyUsage)
    assert (usage.digital_signature, usage.key_cert_sign, usage.crl_sign) == (True, False, False)
    assert x509.SubjectAlternativeName not in extensions


def test_a_certificate_lasts_as_long_as_is_said_and_never_longer_than_its_authority(
    tmp_path: Path, root: Authority
) -> None:
    own_end = root.certificate.not_valid_after_utc
    short, long = (authority(tmp_path, root, days=days).sign(WANTED, NOW) for days in (10, 3650))

    assert short.certificate.not_valid_after_utc == NOW + dt.timedelta(days=10)
    assert short.certificate.not_valid_before_utc == NOW - dt.timedelta(hours=1)
    assert long.certificate.not_valid_after_utc == own_end
    with pytest.raises(NotSigned, match="not valid now"):
        authority(tmp_path, root).sign(WANTED, own_end)


def test_a_chain_holds_what_stands_between_the_certificate_and_the_root(
    tmp_path: Path, root: Authority
) -> None:
    middle = Authority("Middle", above=root)
    signed = authority(tmp_path, middle, root).sign(WANTED, NOW)

    assert x509.load_pem_x509_certificates(signed.chain.encode()) == [signed.certificate, middle.certificate]
    assert len(authority(tmp_path, root).sign(WANTED, NOW).chain.split("BEGIN")) == 2


def test_a_chain_that_no_message_holds_is_refused(tmp_path: Path, root: Authority) -> None:
    above = [root]
    for number in range(18):
        above.insert(0, Authority(f"Authority {number}", above=above[0]))
    with pytest.raises(NotSigned, match="10000"):
        authority(tmp_path, *above).sign(WANTED, NOW)


def test_a_key_that_others_can_read_keeps_the_service_from_starting(tmp_path: Path, root: Authority) -> None:
    key = key_file(tmp_path, pem_of(root.own.key), mode=0o640)
    with pytest.raises(KeyFileOpen):
        read_authority(root.written(tmp_path / "ca.pem"), key, days=1)


def test_files_that_make_no_authority_are_told_in_one_line_without_the_key(
    tmp_path: Path, root: Authority
) -> None:
    leaf, other = root.station("CP-1"), Authority("Other")
    locked = root.own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pass"))
    edwards = ed25519.Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    own, own_key = root.own.pem, pem_of(root.own.key)
    for certificate, key in (
        (own, pem_of(other.own.key)),
        (leaf.pem, pem_of(leaf.key)),
        (own, b"no key"),
        (own, locked),
        (own, edwards),
        (b"no certificate", own_key),
    ):
        file = tmp_path / "ca.pem"
        file.write_bytes(certificate)
        with pytest.raises(TlsFilesBroken) as caught:
            read_authority(file, key_file(tmp_path, key), days=1)
        assert "\n" not in str(caught.value)
        assert "PRIVATE" not in str(caught.value)


def test_an_authority_needs_both_files_and_without_any_there_is_none(tmp_path: Path, root: Authority) -> None:
    certificate, key = root.written(tmp_path / "ca.pem"), key_file(tmp_path, pem_of(root.own.key))
    assert read_authority(None, None, days=1) is None
    for files in ((certificate, None), (None, key), (certificate, tmp_path / "missing.key")):
        with pytest.raises(TlsFilesBroken):
            read_authority(*files, days=1)
