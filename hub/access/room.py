"""The room as the hub furnishes it."""

from dataclasses import dataclass

from aiohttp import web

from hub.access import store as access_store
from hub.access.office import AccessOffice
from hub.access.routes import AccessRoutes
from hub.access.store import AccessStore
from ocpi.partners.reading import Readers
from ocpi.service.foundation import Foundation

INDEXES = access_store.INDEXES


@dataclass(frozen=True, slots=True)
class AccessRoom:
    readers: Readers
    routes: list[web.RouteDef]


def access_room(foundation: Foundation) -> AccessRoom:
    store = AccessStore(foundation.mongo)
    office = AccessOffice(store, foundation.directory, foundation.clock)
    return AccessRoom(office.admit, AccessRoutes(office, store).routes())
