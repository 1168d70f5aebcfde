"""What the operator of the stations can ask: which there are, and which are connected."""

from typing import Any, Final

from aiohttp import web

from cpo_adapter.stations.key_store import Kept
from cpo_adapter.stations.keys import KeyRing
from cpo_adapter.stations.model import Station
from cpo_adapter.stations.observations import Observations, Observed
from cpo_adapter.yard_room import Yard
from ocpi.admin.app import reply

_MOST_ALARMS: Final = 500


class OperationRoutes:
    def __init__(self, yard: Yard, ring: KeyRing) -> None:
        self._inventory = yard.inventory
        self._registry = yard.registry
        self._observations = Observations(
            clocks=yard.clocks, registry=yard.registry, favours=yard.crew.favours
        )
        self._alarms = yard.alarms
        self._ring = ring

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/stations", self._stations),
            web.get("/stations/alarms", self._listed_alarms),
        ]

    async def _stations(self, _: web.Request) -> web.Response:
        """Those that a command added are there too; they wait for the inventory."""
        seen = await self._observations.everywhere()
        authored = [self._station(each.identity, each, seen) for each in self._inventory.stations()]
        return reply([*authored, *(self._station(name, None, seen) for name in self._ring.added())])

    async def _listed_alarms(self, _: web.Request) -> web.Response:
        return reply(await self._alarms.listed(_MOST_ALARMS))

    def _station(self, identity: str, station: Station | None, seen: Observed) -> dict[str, Any]:
        credentials = self._ring.credentials(identity)
        return {
            "identity": identity,
            "in_service": station is not None and station.in_service,
            "connected": self._registry.is_connected(identity),
            "subprotocol": self._registry.subprotocol(identity),
            "evses": [evse.uid for evse in station.evses] if station else [],
            "security_profile": int(credentials.profile) if credentials else None,
            "key": _key(self._ring.kept(identity)),
            "clock_error_s": seen.clock_errors_s.get(identity),
            "seen_twice_at": seen.seen_twice_at.get(identity),
        }


def _key(kept: Kept) -> str:
    """How it is with the station's key, in a word or two."""
    if kept.digest is None:
        return "none"
    if kept.next_digests:
        return "changing"
    return "one-time" if kept.is_one_time else "set"
