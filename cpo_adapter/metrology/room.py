"""Where the parts meet that keep and check signed readings."""

from dataclasses import dataclass

from aiohttp import web

from cpo_adapter.metrology.desk import MetrologyDesk
from cpo_adapter.metrology.key_registry import KeyRegistry
from cpo_adapter.metrology.model import MeterPlace, ShownKey
from cpo_adapter.metrology.routes import MetrologyRoutes
from cpo_adapter.metrology.store import SignedStore
from cpo_adapter.stations.model import Inventory
from ocpi.ocmf import key_of
from ocpi.service.foundation import Foundation


@dataclass(frozen=True, slots=True)
class MetrologyRoom:
    desk: MetrologyDesk
    routes: list[web.RouteDef]


def metrology_room(foundation: Foundation, inventory: Inventory) -> MetrologyRoom:
    store = SignedStore(foundation.mongo)
    keys = KeyRegistry(foundation.mongo, authored_keys(inventory))
    desk = MetrologyDesk(store=store, keys=keys, metrics=foundation.metrics, clock=foundation.clock)
    return MetrologyRoom(desk, MetrologyRoutes(store, keys).routes())


def authored_keys(inventory: Inventory) -> dict[MeterPlace, list[ShownKey]]:
    """Those that the operator wrote down."""
    return {
        MeterPlace(station.identity, evse.number): [ShownKey(key_of(each), each) for each in evse.meter_keys]
        for station in inventory.stations()
        for evse in station.evses
        if evse.meter_keys
    }
