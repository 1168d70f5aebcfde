"""Where an order is for: our own names of it, and whether it can be done there at all.

Spec: 2.3.0 status_codes, 2003 Unknown Location; mod_locations, Capability.
"""

from collections.abc import Iterable
from typing import Protocol

from cpo_adapter.commands.model import Declined, No
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.stations.model import Connector, Inventory, Spot
from cpo_adapter.stations.sight import Sight
from ocpi.errors import UnknownLocation
from schemas.v2_3_0.enums import Capability, Status


class Presence(Protocol):
    def is_connected(self, station: str) -> bool: ...


class Places:
    def __init__(self, *, inventory: Inventory, sight: Sight, presence: Presence) -> None:
        self._inventory = inventory
        self._sight = sight
        self._presence = presence

    def spots(self, location_id: str) -> list[Spot]:
        """Raises UnknownLocation."""
        site = self._inventory.site(location_id)
        if site is None:
            raise UnknownLocation(f"there is no location {location_id!r}")
        return list(site.spots())

    def spot(self, location_id: str, evse_uid: str) -> Spot:
        """Raises UnknownLocation."""
        for spot in self.spots(location_id):
            if spot.evse.uid.casefold() == evse_uid.casefold():
                return spot
        raise UnknownLocation(f"location {location_id!r} has no EVSE {evse_uid!r}")

    def status(self, spot: Spot) -> Status:
        """As partners see it."""
        seen = self._sight.seen(spot.evse.uid)
        return seen.status if seen else Status.UNKNOWN

    def first_free(self, spots: Iterable[Spot]) -> Spot:
        """Raises Declined."""
        for spot in spots:
            if self.status(spot) is Status.AVAILABLE and self._presence.is_connected(spot.station.identity):
                return spot
        raise Declined(No.REJECTED, "nothing is free there")

    def must_be_reachable(self, station: str) -> None:
        """Raises Declined: nobody waits for a station that is not there."""
        if not self._presence.is_connected(station):
            raise Declined(No.REJECTED, "the station is not connected")


def able(spots: Iterable[Spot], capability: Capability) -> list[Spot]:
    """Those that can. Raises Declined when there are none."""
    found = [spot for spot in spots if spot.evse.can(capability)]
    if not found:
        raise Declined(No.NOT_SUPPORTED, f"{capability.value} is not among its capabilities")
    return found


def connector_of(spot: Spot, connector_id: str) -> Connector:
    """Raises UnknownLocation."""
    for connector in spot.evse.connectors:
        if str(connector.id) == connector_id:
            return connector
    raise UnknownLocation(f"EVSE {spot.evse.uid!r} has no connector {connector_id!r}")


def outlet_of(spot: Spot, connector: Connector | None = None) -> Outlet:
    return Outlet(spot.evse.number, (connector or spot.evse.connectors[0]).id)
