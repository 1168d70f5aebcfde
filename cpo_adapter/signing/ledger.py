"""Which certificates are void, at hand for every handshake, whichever process was told of it.

A certificate replaces the older ones of its station once the station has come in by it, not before: one that
cannot use the new one comes back by the old. What is revoked is void at once, and whoever is in by it is put
out.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from cpo_adapter.signing.crl import RevocationList
from cpo_adapter.signing.model import Issued, Void
from cpo_adapter.signing.store import CertificateStore
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.mongo import DriverError

_log = logs.logger(__name__)

FRESH_WITHIN_S: Final = 2.0
_KEPT_WITHIN_S: Final = 5.0

PutOut = Callable[[str], None]
"""End the connection of a station, if it is here."""


class Ledger:
    """What `ClientCertificates` asks. `outer` are the certificates that other authorities have revoked."""

    def __init__(
        self, *, store: CertificateStore, outer: RevocationList | None, put_out: PutOut, clock: Clock
    ) -> None:
        self._store = store
        self._outer = outer
        self._put_out = put_out
        self._clock = clock
        self._issued: dict[str, Issued] = {}
        self._newest: dict[str, Issued] = {}
        self._shown: dict[str, str] = {}
        self._seen_to: datetime | None = None

    async def keep_fresh(self) -> None:
        """Another process may have issued or revoked one."""
        while True:
            await self._clock.sleep(FRESH_WITHIN_S)
            await self.refresh()

    async def refresh(self) -> None:
        for issued, at in await self._store.changed_since(self._seen_to):
            self._seen_to = max(self._seen_to or at, at)
            await self.learn(issued)

    def is_void(self, certificate: x509.Certificate) -> bool:
        issued = self._issued.get(fingerprint(certificate))
        if issued is not None and issued.void is not None:
            return True
        return self._outer is not None and self._outer.has(certificate)

    async def came_in(self, station: str, certificate: x509.Certificate | None) -> None:
        """By that one, or by its key. A database that is away keeps nobody out."""
        self._shown.pop(station, None)
        if certificate is None:
            return
        self._shown[station] = fingerprint(certificate)
        try:
            async with asyncio.timeout(_KEPT_WITHIN_S):
                await self._settle(self._issued.get(self._shown[station]))
        except (DriverError, TimeoutError):
            _log.exception("use of a certificate not kept", station=station)

    def waiting(self, station: str) -> Issued | None:
        """What is to be handed to it."""
        newest = self._newest.get(station)
        return newest if newest is not None and newest.is_waiting(self._clock.now()) else None

    async def learn(self, issued: Issued) -> None:
        """How it is with one now; what is void stays so, whichever was read last."""
        known = self._issued.get(issued.fingerprint)
        if known is not None and known.void is not None and issued.void is None:
            return
        self._issued[issued.fingerprint] = issued
        newest = self._newest.get(issued.station)
        if newest is None or issued.asked_at >= newest.asked_at:
            self._newest[issued.station] = issued
        if self._shown.get(issued.station) == issued.fingerprint:
            await self._settle(issued)

    async def _settle(self, issued: Issued | None) -> None:
        """Of one by which its station is here now."""
        if issued is None:
            return
        if issued.void is Void.REVOKED:
            self._put_out(issued.station)
        elif issued.void is None and issued.used_at is None:
            await self._store.used(issued, self._clock.now())
            _log.info("certificate used, older ones are void", station=issued.station)
            await self.refresh()


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(SHA256()).hex()
