"""In which name a station is let in by a certificate, and whether it may have one at all."""

from cpo_adapter.ocpp.credentials import Profile
from cpo_adapter.ocpp.rooms import NotSigned
from cpo_adapter.stations.keys import KeyRing
from cpo_adapter.stations.model import Inventory


class Holders:
    def __init__(self, *, ring: KeyRing, inventory: Inventory) -> None:
        self._ring = ring
        self._inventory = inventory

    def name(self, station: str) -> str:
        """The CN. Raises NotSigned."""
        credentials = self._ring.credentials(station)
        if credentials is None:
            raise NotSigned("NotEnabled", "nobody knows the station any more")
        if credentials.profile is Profile.OPEN:
            raise NotSigned("NotEnabled", "whoever reaches us can be a station of profile 0")
        name = credentials.certificate_name or station
        if any(name == other for other in self._names_of_others(station)):
            raise NotSigned("NotEnabled", f"another station is let in as {name!r} too")
        return name

    def _names_of_others(self, station: str) -> list[str]:
        authored = [
            each.certificate_name or each.identity
            for each in self._inventory.stations()
            if each.identity != station
        ]
        return [*authored, *(each for each in self._ring.added() if each != station)]
