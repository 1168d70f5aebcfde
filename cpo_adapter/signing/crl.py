"""Certificates that other authorities have revoked: their list, a file that somebody keeps fresh.

Read anew when it changes; what cannot be used leaves the last one in force. A list that is past its next
update still counts, and is told of: to let nobody in for it would stop a network over a forgotten download.
Spec: RFC 5280, 5 (CRL).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from cpo_adapter.ocpp.tls import TlsFilesBroken
from ocpi.process import logs
from ocpi.process.clock import Clock

_log = logs.logger(__name__)

LOOK_EVERY_S: Final = 60.0
_BEGIN: Final = b"-----BEGIN"
_END: Final = b"-----END X509 CRL-----"

Named = tuple[bytes, int]
"""Issuer and serial number."""


class RevocationList:
    """PEM, of which one file may hold several, or DER. Raises TlsFilesBroken."""

    def __init__(self, file: Path, authorities: Sequence[x509.Certificate], clock: Clock) -> None:
        self._file = file
        self._authorities = authorities
        self._clock = clock
        self._revoked: frozenset[Named] = frozenset()
        self._changed_at = 0
        self._read()

    async def keep_fresh(self) -> None:
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            self.renew()

    def renew(self) -> None:
        try:
            self._read()
        except TlsFilesBroken as broken:
            _log.error("revoked certificates cannot be read anew", reason=str(broken))

    def has(self, certificate: x509.Certificate) -> bool:
        return (certificate.issuer.public_bytes(), certificate.serial_number) in self._revoked

    def _read(self) -> None:
        try:
            changed_at = self._file.stat().st_mtime_ns
            if changed_at == self._changed_at:
                return
            content = self._file.read_bytes()
        except OSError as error:
            raise TlsFilesBroken(f"{self._file}: {error.strerror}") from error
        self._revoked = frozenset(self._revoked_in(content))
        self._changed_at = changed_at

    def _revoked_in(self, content: bytes) -> Iterator[Named]:
        try:
            for revoking in _lists_in(content):
                self._check(revoking)
                issuer = revoking.issuer.public_bytes()
                yield from ((issuer, each.serial_number) for each in revoking)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise TlsFilesBroken(f"{self._file}: holds no revoked certificates, in PEM or DER") from error

    def _check(self, revoking: x509.CertificateRevocationList) -> None:
        if not any(_has_signed(authority, revoking) for authority in self._authorities):
            raise TlsFilesBroken(f"{self._file}: is of no authority of stations")
        until = revoking.next_update_utc
        if until is not None and until < self._clock.now():
            _log.warning("revoked certificates are out of date", file=str(self._file), until=until)


def _lists_in(content: bytes) -> Iterator[x509.CertificateRevocationList]:
    """Raises ValueError."""
    if _BEGIN not in content:
        yield x509.load_der_x509_crl(content)
    elif _END not in content:
        raise ValueError("PEM of something else")
    else:
        yield from (x509.load_pem_x509_crl(each + _END) for each in content.split(_END)[:-1])


def _has_signed(authority: x509.Certificate, revoking: x509.CertificateRevocationList) -> bool:
    if authority.subject != revoking.issuer:
        return False
    try:
        return revoking.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
