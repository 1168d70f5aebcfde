"""The desk to which stations bring their requests: looked at, signed and kept, before they hear a yes.

A station may ask for itself alone, and a few times a day. The same request again is the same certificate. A
key that another station has, or whose certificate was revoked, gets none.
"""

import hashlib
from datetime import datetime
from typing import Final

from cpo_adapter.ocpp.events import CertificateAsked
from cpo_adapter.ocpp.rooms import NotSigned
from cpo_adapter.signing import csr
from cpo_adapter.signing.authority import StationAuthority
from cpo_adapter.signing.csr import Wanted
from cpo_adapter.signing.handing import Handing
from cpo_adapter.signing.holders import Holders
from cpo_adapter.signing.ledger import Ledger, fingerprint
from cpo_adapter.signing.model import Issued
from cpo_adapter.signing.store import MOST_A_DAY, CertificateStore, Made
from cpo_adapter.stations.alarms import Alarms, Kind
from ocpi.process import logs

_log = logs.logger(__name__)

_FOR_US: Final = frozenset({None, "ChargingStationCertificate"})


class SigningDesk:
    """The `SigningDesk` of the door."""

    def __init__(
        self,
        *,
        authority: StationAuthority,
        organization: str | None,
        holders: Holders,
        store: CertificateStore,
        ledger: Ledger,
        handing: Handing,
        alarms: Alarms,
    ) -> None:
        self._authority = authority
        self._organization = organization
        self._holders = holders
        self._store = store
        self._ledger = ledger
        self._handing = handing
        self._alarms = alarms

    async def asked(self, event: CertificateAsked) -> None:
        """The certificate follows once the station has its answer. Raises NotSigned."""
        station = event.origin.station
        try:
            issued = await self._issued(event)
        except NotSigned as refused:
            await self._alarms.raised(station, Kind.CERTIFICATE, str(refused))
            raise
        await self._ledger.learn(issued)
        _log.info("certificate issued", station=station, serial_number=issued.serial_number)
        self._handing.begin(station)  # nothing is waited for from here to the answer

    async def _issued(self, event: CertificateAsked) -> Issued:
        if event.use not in _FOR_US:
            raise NotSigned("UnsupportedRequest", "certificates for vehicles (V2G) are not signed here")
        station, at = event.origin.station, _kept(event.origin.received_at)
        wanted = csr.wanted(event.csr, name=self._holders.name(station), organization=self._organization)
        digest = hashlib.sha256(event.csr.encode()).hexdigest()
        known = await self._store.asked_again(station, digest, at, use=event.use, request=event.number)
        return known or await self._new(event, wanted, digest)

    async def _new(self, event: CertificateAsked, wanted: Wanted, digest: str) -> Issued:
        station, at = event.origin.station, _kept(event.origin.received_at)
        if await self._store.is_taken(wanted.key_digest, station):
            raise NotSigned("InvalidCSR", "its key is another station's, or of a revoked certificate")
        if not await self._store.has_room(station, at):
            raise _too_many()
        signed = self._authority.sign(wanted, at)
        certificate = signed.certificate
        issued = Issued(
            serial_number=f"{certificate.serial_number:x}",
            station=station,
            subject=certificate.subject.rfc4514_string(),
            fingerprint=fingerprint(certificate),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            asked_at=at,
            use=event.use,
            request=event.number,
        )
        if not await self._store.keep(Made(issued, digest, wanted.key_digest, signed.chain)):
            raise _too_many()
        return issued


def _too_many() -> NotSigned:
    return NotSigned("TooManyElements", f"no more than {MOST_A_DAY} certificates a day for one station")


def _kept(at: datetime) -> datetime:
    """As the database keeps it, to the millisecond: certificates of a station are told apart by it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
