"""The sender side of a module that carries roaming objects: what is ours, page by page.

Spec: 2.3.0 mod_locations, mod_sessions, mod_tariffs, mod_tokens, mod_cdrs: Sender Interface;
transport_and_format, Pagination.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ocpi.errors import UnknownObject
from ocpi.objects.facts import Facts
from ocpi.objects.kinds import checked_id
from ocpi.objects.record import Record, database_id
from ocpi.objects.store import ObjectStore, Selection
from ocpi.objects.telling import told_members, told_part
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.versions.known import CANONICAL
from ocpi.wire import envelope, pagination
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import ObjectKind, PartyId

Visible = Callable[[Call], Selection]

_SINGLE: Final = ("/{id}", "/{id}/{evse_uid}", "/{id}/{evse_uid}/{connector_id}")


class SenderInterface:
    """Lists of what is ours, page by page; `visible` says what this caller may see."""

    def __init__(self, kind: ObjectKind, *, store: ObjectStore, facts: Facts, visible: Visible) -> None:
        self._kind = kind
        self._store = store
        self._facts = facts
        self._visible = visible

    def interface(self, *more: Route) -> Interface:
        routes = (Route("GET", "", self._list), *self._singles(), *more)
        return Interface(self._kind.module, Side.SENDER, routes)

    def _singles(self) -> Iterator[Route]:
        """Of what is told to everybody, Locations alone have addresses of their own here."""
        if self._kind is ObjectKind.LOCATION:
            for path in _SINGLE:
                yield Route("GET", path, self._single)

    async def _list(self, call: Call) -> Answer:
        return await list_answer(self._store, self._facts, self._visible(call), call)

    async def _single(self, call: Call) -> Answer:
        selection = self._visible(call)
        held = await self._store.named(self._kind, checked_id(call.rest[0], "/id"))
        seen = next((each for each in held if selection.includes(each)), None)
        if seen is None:
            raise UnknownObject(f"there is no {self._kind.lower()} {call.rest[0]!r}")
        return Answer(await told_part(self._facts, seen, call, call.rest[1:]))


async def list_answer(
    store: ObjectStore, facts: Facts, selection: Selection, call: Call, routing: Routing | None = None
) -> Answer:
    """One page; for an older version without what cannot be told in it."""
    query = pagination.PageQuery.read(call.query)
    if call.version == CANONICAL:
        page = await store.page(selection, query)
        bodies, headers = page.bodies, _headers(call, query, page.total, page.following)
    else:
        found = await store.page_of_records(selection, query)
        bodies = await told_members(facts, found.records, call)
        headers = _headers(call, query, found.total, found.following)
    return Answer(envelope.json_list(bodies), headers=headers, routing=routing)


async def own_list_answer(
    store: ObjectStore, facts: Facts, selection: Selection, party: PartyId, call: Call
) -> Answer:
    """As `list_answer`, of what is for everybody and for the party: what is its own stands in its place."""
    query = pagination.PageQuery.read(call.query)
    found = await store.page_of_records(selection, query)
    bodies = await told_members(facts, await _without_general(store, found.records, party), call)
    return Answer(envelope.json_list(bodies), headers=_headers(call, query, found.total, found.following))


async def _without_general(store: ObjectStore, records: Sequence[Record], party: PartyId) -> list[Record]:
    """Without what everybody else is told under the name of something that is the party's own."""
    general = [database_id(each.key, party) for each in records if each.audience is None]
    own = {name for name, each in (await store.by_ids(general)).items() if not each.deleted}
    return [each for each in records if each.audience or database_id(each.key, party) not in own]


def _headers(call: Call, query: pagination.PageQuery, total: int, following: str | None) -> dict[str, str]:
    return pagination.headers(call.url, query, total=total, following=following)
