"""What each station has to show, at hand for every handshake.

The inventory says which profile it shall use, the database which keys are good and which profile it has
reached: no station goes back to a weaker one by itself. A station that the inventory does not know is nobody,
whatever the database remembers, unless a command has added it.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from cpo_adapter.ocpp.basic_auth import StationKeys
from cpo_adapter.ocpp.credentials import Credentials, Profile
from cpo_adapter.stations.key_store import NOTHING_KEPT, Kept, KeyStore
from cpo_adapter.stations.model import Inventory
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.mongo import DriverError

_log = logs.logger(__name__)

_KEPT_WITHIN_S: Final = 5.0
FRESH_WITHIN_S: Final = 2.0


class KeyRing:
    """The `KnownStations` of the gate."""

    def __init__(self, *, inventory: Inventory, store: KeyStore, keys: StationKeys) -> None:
        self._inventory = inventory
        self._store = store
        self._keys = keys
        self._kept: dict[str, Kept] = {}
        self._newest: datetime | None = None

    async def start(self, authored: Mapping[str, bytes]) -> None:
        await self._store.take_over({station: self._keys.digest(key) for station, key in authored.items()})
        self._kept = await self._store.all()
        await self.settle_added()

    async def settle_added(self) -> None:
        """Those that the inventory has by now were added by a command once, and are not special any more."""
        for station in self.added():
            if self._inventory.station(station) is not None:
                self._kept[station] = await self._store.put(station, is_added=None)

    async def keep_fresh(self, clock: Clock) -> None:
        """Another process may have changed a key, or met a station that took one over."""
        while True:
            await clock.sleep(FRESH_WITHIN_S)
            await self.refresh()

    async def refresh(self) -> None:
        for station, kept in (await self._store.changed_since(self._newest)).items():
            known = self.kept(station).changed_at
            if kept.changed_at is not None and (known is None or kept.changed_at >= known):
                self._kept[station] = kept
                self._newest = max(self._newest or kept.changed_at, kept.changed_at)

    def named(self, written: str) -> str:
        """Those that a command added are meant by their exact identity alone."""
        alike = self._inventory.alike(written)
        if alike is None or self.is_known(written):
            return written
        is_sole = written.casefold() not in map(str.casefold, self.added())
        return alike if is_sole else written

    def credentials(self, station: str) -> Credentials | None:
        kept, authored = self.kept(station), self._inventory.station(station)
        if authored is None and not kept.is_added:
            return None
        asked = Profile(authored.security_profile) if authored else Profile.BASIC
        return Credentials(
            profile=max(asked, kept.profile or asked),
            digests=(*([kept.digest] if kept.digest else []), *kept.next_digests),
            username=authored.basic_username if authored else None,
            certificate_name=authored.certificate_name if authored else None,
        )

    async def came_in(self, station: str, profile: Profile, digest: bytes | None) -> None:
        """A new key that was used, or a profile that was reached, counts from now on.

        A database that is away locks nobody out: the old way stays open then, until the next time.
        """
        try:
            async with asyncio.timeout(_KEPT_WITHIN_S):
                await self._settle(station, profile, digest)
        except (DriverError, TimeoutError):
            _log.exception("new key or profile not kept", station=station)

    def kept(self, station: str) -> Kept:
        return self._kept.get(station, NOTHING_KEPT)

    def is_known(self, station: str) -> bool:
        return self.is_in_inventory(station) or self.kept(station).is_added

    def added(self) -> list[str]:
        """By a command, not (yet) by the inventory."""
        return [station for station, kept in self._kept.items() if kept.is_added]

    def is_in_inventory(self, station: str) -> bool:
        return self._inventory.station(station) is not None

    async def put(self, station: str, **told: object) -> None:
        """As `KeyStore.put`, in force at once."""
        self._kept[station] = await self._store.put(station, **told)

    def digest_of(self, key: bytes) -> bytes:
        return self._keys.digest(key)

    async def offer(self, station: str, digest: bytes) -> None:
        """The key is good beside those that are, until it is used."""
        self._kept[station] = await self._store.add_next(station, digest)

    async def put_in_force(self, station: str, digest: bytes) -> None:
        """The key is good and no other is."""
        self._kept[station] = await self._store.put_in_force(station, digest)

    async def _settle(self, station: str, profile: Profile, digest: bytes | None) -> None:
        kept = self.kept(station)
        if digest is not None and digest in kept.next_digests:
            later = kept.next_digests[kept.next_digests.index(digest) + 1 :]
            self._kept[station] = await self._store.put_in_force(station, digest, later)
            _log.info("new station key used, the old one is void", station=station)
        if kept.raised_to is not None and profile >= kept.raised_to:
            await self.put(station, security_profile=int(kept.raised_to), raised_to=None)
            _log.info("security profile reached", station=station, profile=int(kept.raised_to))
