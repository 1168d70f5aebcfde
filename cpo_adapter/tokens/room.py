"""The room as the adapter furnishes it."""

from dataclasses import dataclass

from cpo_adapter.tokens.fetch import Arrived, Fetcher
from cpo_adapter.tokens.routes import TokenRoutes
from ocpi.client.lines import Lines
from ocpi.presence.store import Presences
from ocpi.pulling.keeping import Keeping
from ocpi.pulling.room import pulling_room
from ocpi.service.foundation import Foundation
from ocpi.wire.interfaces import CPO
from schemas.kinds import PartyId


@dataclass(frozen=True, slots=True)
class TokenRoom:
    keeping: Keeping
    routes: TokenRoutes


def token_room(foundation: Foundation, party: PartyId, presences: Presences, changed: Arrived) -> TokenRoom:
    """`changed` hears of tokens that say something else than before."""
    fetcher = Fetcher(
        party=party,
        directory=foundation.directory,
        lines=Lines(egress=foundation.egress, clock=foundation.clock),
        store=foundation.store,
        changed=changed,
        clock=foundation.clock,
    )
    room = pulling_room(
        foundation, party=party, role=CPO, modules=["tokens"], fetch=fetcher.fetch, presences=presences
    )
    foundation.supervisor.start("keep tokens", room.keeping.run, restart=True)
    return TokenRoom(room.keeping, TokenRoutes(room.store, room.keeping))
