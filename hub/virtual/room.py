"""The room as the hub furnishes it: what the operator may ask, and who is at work in it."""

from aiohttp import web

from hub.virtual.office import Office
from hub.virtual.parts import Parts
from hub.virtual.posing import Posing
from hub.virtual.routes import VirtualRoutes
from hub.virtual.tending import Tending
from ocpi.partners.virtual_store import VirtualStore
from ocpi.registration.handshake import Handshake
from ocpi.service.foundation import Foundation


def virtual_room(foundation: Foundation, handshake: Handshake, posing: Posing) -> list[web.RouteDef]:
    """Whoever is in it is at work when this returns."""
    directory, clock = foundation.directory, foundation.clock
    parts = Parts(handshake=handshake, posing=posing.identity)
    office = Office(
        parts=parts,
        store=VirtualStore(foundation.mongo, foundation.seal),
        partners=foundation.partners,
        directory=directory,
        clock=clock,
    )
    tending = Tending(office=office, parts=parts, directory=directory, clock=clock)
    foundation.supervisor.start("tend virtual partners", tending.run, restart=True)
    return VirtualRoutes(office, directory).routes()
