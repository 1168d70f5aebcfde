"""What the hub answers from its own store: lists of everything that a party may see, and bills by their URL.

Spec: 2.3.0 transport_and_format, GET All via Hubs; mod_cdrs, GET method (CDR by its URL).
"""

from hub.ledger.places import Places, unknown_bill
from hub.routing.listing import Listing
from hub.routing.parties import check_owner
from hub.routing.visibility import Visibility
from ocpi.objects.facts import Facts
from ocpi.objects.kinds import BY_MODULE
from ocpi.objects.lists import list_answer
from ocpi.objects.store import ObjectStore
from ocpi.objects.telling import told_part
from ocpi.server.call import Answer, Call
from ocpi.wire.headers import Routing
from schemas.kinds import ObjectKind, PartyId


class Holdings:
    def __init__(
        self, *, hub: PartyId, store: ObjectStore, facts: Facts, visibility: Visibility, places: Places
    ) -> None:
        self._hub = hub
        self._store = store
        self._facts = facts
        self._visibility = visibility
        self._places = places
        self._listing = Listing(store, facts)

    async def everything(self, call: Call, party: PartyId) -> Answer:
        selection = self._visibility.of(party, BY_MODULE[call.module], call)
        routing = Routing(to=party, sender=self._hub)
        if selection.audiences == [None, party]:
            return await self._listing.page(call, party, selection, routing)
        return await list_answer(self._store, self._facts, selection, call, routing)

    async def bill(self, call: Call, party: PartyId) -> Answer:
        """The CDR that its owner POSTed, by the Location that it was answered with. Raises UnknownObject."""
        key = self._places.bill_at(call.rest, call.query)
        check_owner(party, key.owner)
        held = [record for record in await self._store.named(ObjectKind.CDR, key.id) if record.key == key]
        if not held:
            raise unknown_bill()
        body = await told_part(self._facts, held[0], call)
        return Answer(body, routing=Routing(to=party, sender=self._hub))
