"""GET /export/cdrs.json|ndjson|csv, and sessions alike, on the port of partners.

    ?after=SEQ&limit=N

An OCPI list is filtered by `last_updated`, which is its owner's: a bill that comes two days late is older
than yesterday's pull. Here whoever keeps the number that was read last goes on behind it, and misses nothing.
The number stands in `X-Next-After`, and in the JSON; a Link leads on while there is more.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Final

from hub.export.formats import FORMATS, Format, Piece
from hub.export.lines import ExportLine, of_bill, of_session
from hub.ledger.ledger import Ledger
from hub.routing.parties import calling_party
from ocpi.errors import InvalidParameters
from ocpi.objects.pages import Numbered
from ocpi.objects.store import ObjectStore, Selection
from ocpi.partners.directory import Directory
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.server.mounts import Mount
from ocpi.server.paths import Segments
from ocpi.versions.known import CANONICAL
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.pagination import LINK, next_link, number
from schemas.kinds import ObjectKind, PartyId

NEXT: Final = "X-Next-After"
MOST: Final = 1_000
_USUAL: Final = 500
_KINDS: Final = (ObjectKind.CDR, ObjectKind.SESSION)


class Exporter:
    def __init__(self, *, hub: PartyId, directory: Directory, store: ObjectStore, ledger: Ledger) -> None:
        self._hub = hub
        self._directory = directory
        self._store = store
        self._ledger = ledger

    def mounts(self) -> Iterator[tuple[Segments, Mount]]:
        """An address for each kind in each format."""
        for kind in _KINDS:
            for name, written in FORMATS.items():
                route = Route("GET", "", self._handler(kind, written))
                interface = Interface(kind.module, Side.SENDER, (route,))
                yield ("export", f"{kind.module}.{name}"), Mount.of(interface, CANONICAL)

    def _handler(self, kind: ObjectKind, written: Format) -> Callable[[Call], Awaitable[Answer]]:
        async def export(call: Call) -> Answer:
            piece = await self._piece(call, kind)
            more = {LINK: next_link(_behind(call, piece.following))} if piece.goes_on else {}
            headers = {NEXT: str(piece.following), "Cache-Control": "no-store", **more}
            body = written.write(piece)
            return Answer(relayed=body, content_type=written.content_type, headers=headers)

        return export

    async def _piece(self, call: Call, kind: ObjectKind) -> Piece:
        party = self._party(call)
        after, limit = _asked(call)
        selection = Selection(kind, reader=party, with_withheld=True)
        stretch = await self._store.settled(selection, after, limit)
        following = stretch.rows[-1].seq if stretch.rows else after
        lines = await self._lines(kind, stretch.rows, party)
        return Piece(kind, lines, after, following, stretch.goes_on)

    async def _lines(self, kind: ObjectKind, rows: list[Numbered], party: PartyId) -> list[ExportLine]:
        if kind is ObjectKind.CDR:
            return [of_bill(line, party) for line in await self._ledger.lines(rows)]
        return [of_session(row) for row in rows]

    def _party(self, call: Call) -> PartyId:
        """That of the token; a partner says for which of its parties it asks, as always."""
        asked = replace(call, routing=Routing(to=self._hub, sender=call.routing.sender))
        return calling_party(self._directory, asked, self._hub)


def _asked(call: Call) -> tuple[int, int]:
    if others := call.query.keys() - {"after", "limit"}:
        raise InvalidParameters(f"an export knows after and limit, not {', '.join(sorted(others))}")
    after = number(call.query, "after", 0, least=0)
    return after, min(number(call.query, "limit", _USUAL, least=1), MOST)


def _behind(call: Call, seq: int) -> str:
    return str(call.url.update_query(after=str(seq)))
