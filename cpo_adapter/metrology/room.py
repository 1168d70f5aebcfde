"""Where the parts meet that keep and check signed readings."""

from dataclasses import dataclass

from aiohttp import web

from cpo_adapter.metrology.desk import MetrologyDesk
from cpo_adapter.metrology.key_registry import KeyRegistry
from cpo_adapter.metrology.routes import MetrologyRoutes
from cpo_adapter.metrology.store import SignedStore
from cpo_adapter.stations.model import Inventory
from ocpi.service.foundation import Foundation


@dataclass(frozen=True, slots=True)
class MetrologyRoom:
    desk: MetrologyDesk
    routes: list[web.RouteDef]


def metrology_room(foundation: Foundation, inventory: Inventory) -> MetrologyRoom:
    store = SignedStore(foundation.mongo)
    keys = KeyRegistry(foundation.mongo, inventory)
    desk = MetrologyDesk(store=store, keys=keys, metrics=foundation.metrics, clock=foundation.clock)
    return MetrologyRoom(desk, MetrologyRoutes(store, keys).routes())
