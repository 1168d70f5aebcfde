"""The room as a service furnishes it: what to mount, what operators may ask, what to do when a hub is new."""

from dataclasses import dataclass
from functools import partial

from aiohttp import web

from ocpi.client.lines import Lines
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.presence.interface import PresenceInterface
from ocpi.presence.pull import PresencePull
from ocpi.presence.routes import PresenceRoutes
from ocpi.presence.store import Presences
from ocpi.process.tasks import Supervisor
from ocpi.server.call import Interface
from ocpi.service.foundation import Foundation
from ocpi.wire.interfaces import opposite


@dataclass(frozen=True, slots=True)
class PresenceRoom:
    presences: Presences
    interface: Interface
    routes: list[web.RouteDef]
    pull: PresencePull
    directory: Directory
    supervisor: Supervisor

    def connected(self, name: str) -> None:
        """A partner is new here. Its list is read while everything else goes on."""
        partner = self.directory.partner(name)
        if partner is not None and partner.hub_party is not None:
            self.supervisor.start(f"read the clients of {name}", partial(self._read, partner))

    async def _read(self, partner: Partner) -> None:
        await self.pull.attempt(partner)


def presence_room(foundation: Foundation, role: str) -> PresenceRoom:
    """`role` is our own."""
    presences = Presences(foundation.mongo)
    lines = Lines(egress=foundation.egress, clock=foundation.clock)
    pull = PresencePull(directory=foundation.directory, presences=presences, lines=lines)
    return PresenceRoom(
        presences=presences,
        interface=PresenceInterface(presences, opposite(role)).interface(),
        routes=PresenceRoutes(presences, pull).routes(),
        pull=pull,
        directory=foundation.directory,
        supervisor=foundation.supervisor,
    )
