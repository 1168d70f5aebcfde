"""Whose a client certificate is: a chain that holds is not enough, it must be this station's own.

Its CN is the station's identity, or the name that the operator wrote down for it (its serial number, mostly),
and its O the operator's company where the settings name one. A certificate that a proxy hands on is judged
here again: one of our authorities has issued it itself, it is valid now, and made for clients. One that was
revoked, or replaced by another, opens nothing.
Spec: OCPP security whitepaper, profile 3, A00.FR.404 and A00.FR.405.
"""

from collections.abc import Sequence
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from cpo_adapter.ocpp.arrival import Certificate
from cpo_adapter.ocpp.credentials import Paper
from ocpi.process.clock import Clock


class Ledger(Protocol):
    """Who knows what became of certificates."""

    def is_void(self, certificate: x509.Certificate) -> bool: ...

    async def came_in(self, station: str, certificate: x509.Certificate | None) -> None:
        """It was let in, by its certificate if there is one."""


class NoLedger:
    """None is ever void."""

    def is_void(self, _: x509.Certificate) -> bool:
        return False

    async def came_in(self, station: str, certificate: x509.Certificate | None) -> None: ...


class ClientCertificates:
    def __init__(
        self,
        *,
        authorities: Sequence[x509.Certificate],
        organization: str | None,
        clock: Clock,
        ledger: Ledger | None = None,
    ) -> None:
        """Without authorities no certificate means anything, and none is looked at."""
        self._authorities = authorities
        self._organization = organization
        self._clock = clock
        self._ledger = ledger or NoLedger()

    def paper(self, shown: Certificate | None, name: str) -> Paper:
        """What `shown` is to the station whose certificates carry `name`."""
        if shown is None or not self._authorities:
            return Paper.NONE
        try:
            certificate = x509.load_der_x509_certificate(shown.der)
            is_own = (shown.is_verified or self._holds(certificate)) and self._names(certificate, name)
            is_void = is_own and self._ledger.is_void(certificate)
        except (ValueError, x509.DuplicateExtension):
            return Paper.FOREIGN
        if is_void:
            return Paper.VOID
        return Paper.OWN if is_own else Paper.FOREIGN

    async def came_in(self, station: str, shown: Certificate | None) -> None:
        """`shown` is None where the station came by something else."""
        certificate = x509.load_der_x509_certificate(shown.der) if shown else None
        await self._ledger.came_in(station, certificate)

    def _names(self, certificate: x509.Certificate, name: str) -> bool:
        organization = self._organization
        is_ours = organization is None or _named(certificate, NameOID.ORGANIZATION_NAME) == [organization]
        return is_ours and _named(certificate, NameOID.COMMON_NAME) == [name]

    def _holds(self, certificate: x509.Certificate) -> bool:
        is_valid = certificate.not_valid_before_utc <= self._clock.now() <= certificate.not_valid_after_utc
        return is_valid and _is_for_clients(certificate) and self._is_issued_by_us(certificate)

    def _is_issued_by_us(self, certificate: x509.Certificate) -> bool:
        return any(_has_issued(authority, certificate) for authority in self._authorities)


def _named(certificate: x509.Certificate, attribute: ObjectIdentifier) -> list[str | bytes]:
    return [each.value for each in certificate.subject.get_attributes_for_oid(attribute)]


def _is_for_clients(certificate: x509.Certificate) -> bool:
    """A certificate that says nothing of its use may be used for all."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.CLIENT_AUTH in usage


def _has_issued(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
