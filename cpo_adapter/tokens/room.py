"""The room as the adapter furnishes it."""

from dataclasses import dataclass

from cpo_adapter.tokens.absence import Absence
from cpo_adapter.tokens.fetch import Arrived, Fetcher
from cpo_adapter.tokens.keeping import TokenKeeping
from cpo_adapter.tokens.routes import TokenRoutes
from cpo_adapter.tokens.store import FetchStore
from ocpi.client.lines import Lines
from ocpi.delivery.troubles import Troubles
from ocpi.presence.store import Presences
from ocpi.service.foundation import Foundation
from schemas.kinds import PartyId


@dataclass(frozen=True, slots=True)
class TokenRoom:
    keeping: TokenKeeping
    routes: TokenRoutes


def token_room(foundation: Foundation, party: PartyId, presences: Presences, changed: Arrived) -> TokenRoom:
    """`changed` hears of tokens that say something else than before."""
    store = FetchStore(foundation.mongo)
    fetcher = Fetcher(
        party=party,
        directory=foundation.directory,
        lines=Lines(egress=foundation.egress, clock=foundation.clock),
        store=foundation.store,
        changed=changed,
        clock=foundation.clock,
    )
    keeping = TokenKeeping(
        party=party,
        directory=foundation.directory,
        absence=Absence(
            directory=foundation.directory,
            troubles=Troubles(foundation.mongo, foundation.clock),
            presences=presences,
        ),
        store=store,
        fetcher=fetcher,
        duty=foundation.duty,
        supervisor=foundation.supervisor,
        clock=foundation.clock,
    )
    foundation.supervisor.start("keep tokens", keeping.run, restart=True)
    return TokenRoom(keeping, TokenRoutes(store, keeping))
