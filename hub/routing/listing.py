"""A list that holds what was told everybody, and what was told the asker alone in place of that.

Spec: 2.3.0 transport_and_format, GET All via Hubs; Pagination.
"""

from collections.abc import Sequence

from ocpi.objects.facts import Facts
from ocpi.objects.record import Record, database_id
from ocpi.objects.store import ObjectStore, Selection
from ocpi.objects.telling import told_members
from ocpi.server.call import Answer, Call
from ocpi.wire import envelope, pagination
from ocpi.wire.headers import Routing
from schemas.kinds import PartyId


class Listing:
    def __init__(self, store: ObjectStore, facts: Facts) -> None:
        self._store = store
        self._facts = facts

    async def page(
        self, call: Call, party: PartyId, selection: Selection, routing: Routing | None = None
    ) -> Answer:
        """For the party, in the version of its call."""
        query = pagination.PageQuery.read(call.query)
        found = await self._store.page_of_records(selection, query)
        bodies = await told_members(self._facts, await self._own(found.records, party), call)
        headers = pagination.headers(call.url, query, total=found.total, following=found.following)
        return Answer(envelope.json_list(bodies), headers=headers, routing=routing)

    async def _own(self, records: Sequence[Record], party: PartyId) -> list[Record]:
        """Without what everybody else is told."""
        general = [database_id(each.key, party) for each in records if each.audience is None]
        own = await self._store.present(general, party)
        return [each for each in records if each.audience or database_id(each.key, party) not in own]
