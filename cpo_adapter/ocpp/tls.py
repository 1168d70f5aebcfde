"""TLS that ends in this process: what the security whitepaper demands, and nothing older.

Stations differ in which kind of certificate they can check, so an RSA and an ECDSA one are served at once,
each to whom it suits. Files that were renewed are taken up without a restart. A handshake that fails never
becomes a request, so it is counted here, by its reason.
Spec: OCPP security whitepaper, A00.FR.312 to A00.FR.319 (versions, suites, no compression), profiles 2 and 3.
"""

import os
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.failures import StartFailed

_log = logs.logger(__name__)

_SUITES: Final = "ECDHE+AESGCM:AES128-GCM-SHA256:AES256-GCM-SHA384"
"""The two without ECDHE are not among Python's own, and are all that some stations have."""
_LOOK_EVERY_S: Final = 60.0

Broke = Callable[[str], None]


class TlsFilesBroken(StartFailed):
    """Certificates or keys cannot be used; the text is one line."""

    exit_code: ClassVar[int] = os.EX_CONFIG


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """`certificates` are PEM files, each a chain, the leaf first; its key is in the file of the same place in
    `keys`, or in the same file where that list is empty. `authorities` issue the certificates of stations,
    and so does our own, `issuing`, whatever is above it.
    """

    certificates: Sequence[Path]
    keys: Sequence[Path] = ()
    authorities: Path | None = None
    issuing: x509.Certificate | None = None

    def changed_at(self) -> list[int]:
        """When each was written. Raises OSError."""
        return [file.stat().st_mtime_ns for file in (*self.certificates, *self.keys)]


class StationTls:
    """`context` is for the port; `broke` hears why a handshake failed. Raises TlsFilesBroken."""

    def __init__(self, files: TlsFiles, broke: Broke) -> None:
        self._files = files
        self._changed_at = _readable(files)
        self.context = _context(files, broke)

    async def keep_fresh(self, clock: Clock) -> None:
        while True:
            await clock.sleep(_LOOK_EVERY_S)
            self.renew()

    def renew(self) -> None:
        """Serve what the files hold now; what cannot be used leaves all as it is."""
        try:
            changed_at = _readable(self._files)
            if changed_at == self._changed_at:
                return
            _load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), self._files)  # half a load would break the other
            _load(self.context, self._files)
        except TlsFilesBroken as broken:
            _log.error("certificates for stations cannot be renewed", reason=str(broken))
            return
        self._changed_at = changed_at
        _log.info("certificates for stations renewed")


def authorities_in(file: Path | None) -> list[x509.Certificate]:
    """Raises TlsFilesBroken."""
    if file is None:
        return []
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise TlsFilesBroken(f"{file}: holds no certificates in PEM ({error})") from error


def _context(files: TlsFiles, broke: Broke) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_ciphers(_SUITES)
    _load(context, files)
    if files.authorities is not None or files.issuing is not None:
        context.verify_mode = ssl.CERT_OPTIONAL  # stations of profile 2 have none
    if files.authorities is not None:
        authorities_in(files.authorities)
        context.load_verify_locations(cafile=files.authorities)
    if files.issuing is not None:
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # its root need not be known
        context.load_verify_locations(cadata=files.issuing.public_bytes(Encoding.DER))
    context.sslobject_class = _telling(broke)
    if len(files.certificates) == 1:
        _log.warning("stations that check the other kind (RSA, ECDSA) of certificate cannot come in")
    return context


def _load(context: ssl.SSLContext, files: TlsFiles) -> None:
    keys = files.keys or files.certificates
    if len(keys) != len(files.certificates):
        raise TlsFilesBroken("as many files with keys are needed as there are files with certificates")
    for certificate, key in zip(files.certificates, keys, strict=True):
        try:
            context.load_cert_chain(certificate, key)
        except (OSError, ValueError) as error:  # SSLError is an OSError
            raise TlsFilesBroken(f"{certificate} and its key {key} cannot be used: {error}") from error


def _readable(files: TlsFiles) -> list[int]:
    try:
        return files.changed_at()
    except OSError as error:
        raise TlsFilesBroken(f"{error.filename}: {os.strerror(error.errno or 0)}") from error


def _telling(broke: Broke) -> type[ssl.SSLObject]:
    class Telling(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLCertVerificationError as error:
                broke(error.verify_message)
                raise
            except ssl.SSLError as error:
                broke(error.reason or "unknown")
                raise

    return Telling
