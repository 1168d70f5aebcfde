"""What a party of 2.1.1 pulls from a remote one: from the hub, where that one has told the hub of it.

2.1.1 cannot ask the hub for everything, so each list is that of one remote party: what it told everybody,
and what it told the asker alone, which stands in place of the former. Where the hub was told nothing the
request is passed on.
Spec: 2.1.1 mod_locations, mod_tariffs, mod_sessions, mod_cdrs, mod_tokens: GET method.
"""

from dataclasses import replace

from hub.routing.listing import Listing
from hub.routing.visibility import Visibility
from ocpi.objects.facts import Facts
from ocpi.objects.kinds import BY_MODULE
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore, Selection
from ocpi.objects.telling import told_part
from ocpi.server.call import Answer, Call
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId


class Shelf:
    def __init__(self, *, store: ObjectStore, facts: Facts, visibility: Visibility) -> None:
        self._store = store
        self._facts = facts
        self._visibility = visibility
        self._listing = Listing(store, facts)

    async def answer(self, call: Call, party: PartyId, owner: PartyId) -> Answer | None:
        """None for what the hub does not answer itself."""
        if not _is_pull(call):
            return None
        selection = self._of(call, party, owner)
        if call.rest:
            return await self._single(call, selection)
        if not await self._store.has_any(selection):
            return None
        return await self._listing.page(call, party, selection)

    def _of(self, call: Call, party: PartyId, owner: PartyId) -> Selection:
        seen = self._visibility.of(party, BY_MODULE[call.module], call)
        owners = [owner] if seen.owners is None or owner in seen.owners else []
        audiences = seen.audiences and list(dict.fromkeys((*seen.audiences, party)))
        return replace(seen, owners=owners, audiences=audiences)

    async def _single(self, call: Call, selection: Selection) -> Answer | None:
        held = await self._store.named(selection.kind, call.rest[0])
        seen = sorted((each for each in held if selection.includes(each)), key=_general_last)
        return Answer(await told_part(self._facts, seen[0], call, call.rest[1:])) if seen else None


def _is_pull(call: Call) -> bool:
    is_virtual = call.admitted.partner.pose is not None
    return is_virtual and call.module in BY_MODULE and (call.side, call.method) == (Side.SENDER, "GET")


def _general_last(record: Record) -> bool:
    return record.audience is None
