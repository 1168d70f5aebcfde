"""The room as the eMSP adapter furnishes it."""

from dataclasses import dataclass

from aiohttp import web

from emsp_adapter.apps.operation import Operation
from emsp_adapter.places import finder
from emsp_adapter.places.finder import Finder
from emsp_adapter.places.operations import PlaceOperations
from emsp_adapter.places.place import beside
from emsp_adapter.places.prices import Prices
from emsp_adapter.places.routes import PlaceRoutes
from emsp_adapter.places.upkeep import Upkeep
from ocpi.service.foundation import Foundation
from schemas.kinds import ObjectKind, PartyId

INDEXES = finder.INDEXES
_LOOK_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class PlaceRoom:
    """`routes` are for the admin port."""

    operations: list[Operation]
    routes: list[web.RouteDef]


def place_room(foundation: Foundation, own: PartyId) -> PlaceRoom:
    """Before anything is put into the store."""
    foundation.store.keep_beside(ObjectKind.LOCATION, beside)
    upkeep = Upkeep(foundation.mongo)
    foundation.supervisor.start("renew places", lambda: _renewed(foundation, upkeep), restart=True)
    operations = PlaceOperations(
        finder=Finder(foundation.mongo, foundation.clock),
        prices=Prices(
            store=foundation.store, directory=foundation.directory, own=own, clock=foundation.clock
        ),
        directory=foundation.directory,
        own=own,
        clock=foundation.clock,
    )
    return PlaceRoom(operations.operations(), PlaceRoutes(upkeep).routes())


async def _renewed(foundation: Foundation, upkeep: Upkeep) -> None:
    while not await foundation.duty.is_ours():
        await foundation.clock.sleep(_LOOK_EVERY_S)
    await upkeep.renew()
