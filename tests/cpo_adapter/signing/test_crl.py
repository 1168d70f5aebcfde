"""What other authorities have revoked, as their list says."""

import datetime as dt
import os
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from cpo_adapter.ocpp.tls import TlsFilesBroken
from cpo_adapter.signing.crl import RevocationList
from ocpi.process.clock import SystemClock
from tests.cpo_adapter.certificates import Authority, Issued

ONE, OTHER = Authority("One"), Authority("Other")
GOOD, BAD, ELSEWHERE = ONE.station("CP-1"), ONE.station("CP-2"), OTHER.station("CP-3")


def revoking(
    authority: Authority, *revoked: Issued, days: int = 1, encoding: Encoding = Encoding.PEM
) -> bytes:
    now = SystemClock().now()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now - dt.timedelta(days=30))
        .next_update(now + dt.timedelta(days=days))
    )
    for each in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(each.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(now).build())
    return builder.sign(authority.own.key, hashes.SHA256()).public_bytes(encoding)


def listed(file: Path, content: bytes) -> RevocationList:
    file.write_bytes(content)
    return RevocationList(file, [ONE.certificate, OTHER.certificate], SystemClock())


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_certificate_in_the_list_is_known(tmp_path: Path, encoding: Encoding) -> None:
    found = listed(tmp_path / "crl", revoking(ONE, BAD, encoding=encoding))
    assert [found.has(each.certificate) for each in (GOOD, BAD, ELSEWHERE)] == [False, True, False]


def test_a_file_holds_the_lists_of_several_authorities(tmp_path: Path) -> None:
    found = listed(tmp_path / "crl", revoking(ONE, BAD) + revoking(OTHER, ELSEWHERE))
    assert [found.has(each.certificate) for each in (GOOD, BAD, ELSEWHERE)] == [False, True, True]


def test_a_list_that_is_out_of_date_still_counts(tmp_path: Path) -> None:
    assert listed(tmp_path / "crl", revoking(ONE, BAD, days=-1)).has(BAD.certificate)


@pytest.mark.parametrize(
    "content",
    [b"", b"no list", revoking(Authority("One"), GOOD), revoking(Authority("Stranger"), GOOD), ONE.own.pem],
    ids=["empty", "nothing", "of the same name", "of a stranger", "a certificate"],
)
def test_what_is_no_list_of_an_authority_of_ours_is_refused_and_leaves_the_last_in_force(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "crl"
    with pytest.raises(TlsFilesBroken):
        listed(file, content)

    found = listed(file, revoking(ONE, BAD))
    rewritten(file, content)
    found.renew()
    assert [found.has(each.certificate) for each in (GOOD, BAD)] == [False, True]


def test_a_list_is_read_anew_when_it_changes(tmp_path: Path) -> None:
    found = listed(tmp_path / "crl", revoking(ONE, BAD))
    rewritten(tmp_path / "crl", revoking(ONE, GOOD))
    found.renew()
    assert [found.has(each.certificate) for each in (GOOD, BAD)] == [True, False]


def rewritten(file: Path, content: bytes) -> None:
    """Later, whatever the disk makes of it."""
    later = file.stat().st_mtime_ns + 1_000_000_000
    file.write_bytes(content)
    os.utime(file, ns=(later, later))
