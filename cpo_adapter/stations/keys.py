"""The keys of stations, as digests, at hand for every handshake.

Authored keys are taken over at the start; the digest alone is kept. A station that the inventory does not
know has no key, whatever the database remembers.
"""

from collections.abc import Mapping

from cpo_adapter.ocpp.basic_auth import StationKeys
from cpo_adapter.stations.model import Inventory
from cpo_adapter.stations.store import StationStore


class KeyRing:
    """The `KnownStations` of the door."""

    def __init__(self, *, inventory: Inventory, store: StationStore, keys: StationKeys) -> None:
        self._inventory = inventory
        self._store = store
        self._keys = keys
        self._digests: dict[str, bytes] = {}

    async def start(self, authored: Mapping[str, bytes]) -> None:
        digests = {station: self._keys.digest(key) for station, key in authored.items()}
        await self._store.put_key_digests(digests)
        self._digests = await self._store.key_digests()

    def key_digest(self, station: str) -> bytes | None:
        return self._digests.get(station) if self._inventory.station(station) else None
