"""The room as the hub furnishes it: what to mount, what the operator may ask, who is at work in it."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from hub.presence import infos as info_store
from hub.presence.census import Census
from hub.presence.infos import Infos
from hub.presence.interface import ClientList
from hub.presence.reach import Presences
from hub.presence.routes import PresenceRoutes
from hub.presence.teller import Teller
from hub.presence.watch import Watch
from ocpi.client.lines import Lines
from ocpi.server.call import Interface
from ocpi.service.foundation import Foundation

INDEXES = info_store.INDEXES


@dataclass(frozen=True, slots=True)
class PresenceRoom:
    interface: Interface
    routes: list[web.RouteDef]


def presence_room(foundation: Foundation) -> PresenceRoom:
    """Everybody in it is at work when this returns."""
    directory, clock = foundation.directory, foundation.clock
    lines = Lines(egress=foundation.egress, clock=clock)
    infos, presences = Infos(foundation.mongo, clock), Presences(foundation.mongo, clock)
    changed = asyncio.Event()
    census = Census(directory=directory, presences=presences, infos=infos, clock=clock, changed=changed)
    watch = Watch(
        directory=directory,
        presences=presences,
        infos=infos,
        census=census,
        lines=lines,
        clock=clock,
        duty=foundation.duty,
    )
    teller = Teller(
        directory=directory,
        infos=infos,
        census=census,
        lines=lines,
        clock=clock,
        supervisor=foundation.supervisor,
        changed=changed,
        duty=foundation.duty,
    )
    for name, work in (
        ("count who is here", census.run),
        ("watch who is silent", watch.run),
        ("welcome who is back", watch.welcome),
        ("tell who is here", teller.run),
    ):
        foundation.supervisor.start(name, work, restart=True)
    return PresenceRoom(ClientList(census, infos).interface(), PresenceRoutes(census, watch).routes())
