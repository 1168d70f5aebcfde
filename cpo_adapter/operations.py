"""What the operator of the stations can ask: which there are, and which are connected."""

from typing import Any

from aiohttp import web

from cpo_adapter.stations.key_store import Kept
from cpo_adapter.stations.keys import KeyRing
from cpo_adapter.stations.model import Inventory, Station
from cpo_adapter.stations.registry import Registry
from ocpi.admin.app import reply


class OperationRoutes:
    def __init__(self, inventory: Inventory, registry: Registry, ring: KeyRing) -> None:
        self._inventory = inventory
        self._ring = ring
        self._registry = registry

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/stations", self._stations)]

    async def _stations(self, _: web.Request) -> web.Response:
        """Those that a command added are there too; they wait for the inventory."""
        authored = [self._station(each.identity, each) for each in self._inventory.stations()]
        return reply([*authored, *(self._station(name, None) for name in self._ring.added())])

    def _station(self, identity: str, station: Station | None) -> dict[str, Any]:
        credentials = self._ring.credentials(identity)
        return {
            "identity": identity,
            "in_service": station is not None and station.in_service,
            "connected": self._registry.is_connected(identity),
            "subprotocol": self._registry.subprotocol(identity),
            "evses": [evse.uid for evse in station.evses] if station else [],
            "security_profile": int(credentials.profile) if credentials else None,
            "key": _key(self._ring.kept(identity)),
            "seen_twice_at": self._registry.clones.seen_at(identity),
        }


def _key(kept: Kept) -> str:
    """How it is with the station's key, in a word or two."""
    if kept.digest is None:
        return "none"
    if kept.next_digests:
        return "changing"
    return "one-time" if kept.is_one_time else "set"
