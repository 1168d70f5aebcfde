"""The room as a service furnishes it: what is fetched is the service's to say."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocpi.delivery.troubles import Troubles
from ocpi.presence.store import Presences
from ocpi.pulling.absence import Absence
from ocpi.pulling.fetching import Fetch, Fetching
from ocpi.pulling.hearing import Hearing
from ocpi.pulling.keeping import Keeping
from ocpi.pulling.lists import Lists
from ocpi.pulling.store import FetchStore
from ocpi.pulling.turns import Turns
from ocpi.service.foundation import Foundation
from ocpi.wire.interfaces import opposite
from schemas.kinds import PartyId


@dataclass(frozen=True, slots=True)
class PullingRoom:
    """Who has to know when something is due starts `keeping.run`."""

    keeping: Keeping
    fetching: Fetching
    turns: Turns
    lists: Lists
    store: FetchStore


def pulling_room(
    foundation: Foundation,
    *,
    party: PartyId,
    role: str,
    modules: Sequence[str],
    fetch: Fetch,
    presences: Presences,
) -> PullingRoom:
    """`party` and `role` are our own; `presences` are what hubs tell of the opposite role."""
    store = FetchStore(foundation.mongo)
    lists = Lists(party=party, role=role, modules=modules, directory=foundation.directory)
    turns = Turns(mongo=foundation.mongo, clock=foundation.clock, holder=foundation.instance)
    fetching = Fetching(turns=turns, store=store, fetch=fetch, clock=foundation.clock)
    keeping = Keeping(
        lists=lists,
        absence=Absence(
            directory=foundation.directory,
            troubles=Troubles(foundation.mongo, foundation.clock),
            presences=presences,
            role=opposite(role),
        ),
        hearing=Hearing(directory=foundation.directory, mongo=foundation.mongo, clock=foundation.clock),
        store=store,
        fetching=fetching,
        duty=foundation.duty,
        supervisor=foundation.supervisor,
        clock=foundation.clock,
    )
    return PullingRoom(keeping, fetching, turns, lists, store)
