"""The ledger of bills, for the operator.

GET  /admin/v1/ledger?state&party&since&before&limit   the newest first
GET  /admin/v1/ledger/{id}?owner                       one bill, or what was refused under its id
POST /admin/v1/ledger/release  {id, owner?}
POST /admin/v1/ledger/reject   {id, owner?, reason}
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import Field

from hub.ledger.desk import Desk
from hub.ledger.ledger import Ledger, Wanted
from hub.ledger.quarantine import Quarantine
from hub.ledger.shown import quarantined, summary, whole, with_body
from hub.ledger.state import State
from ocpi.admin.app import acting_operator, read, reply
from ocpi.admin.bodies import Party, Request
from ocpi.errors import InvalidParameters
from ocpi.wire.pagination import number
from schemas.kinds import ObjectKey, PartyId
from schemas.times import parse

_MOST: Final = 500


class Decision(Request):
    id: str
    owner: Party | None = None


class Rejection(Decision):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class LedgerRoutes:
    def __init__(self, ledger: Ledger, quarantine: Quarantine, desk: Desk) -> None:
        self._ledger = ledger
        self._quarantine = quarantine
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/ledger", self._list),
            web.post("/ledger/release", self._release),
            web.post("/ledger/reject", self._reject),
            web.get("/ledger/{id:.+}", self._show),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        wanted = _wanted(request.query)
        if wanted.state is State.QUARANTINED:
            return await self._list_quarantine(wanted)
        found = await self._ledger.newest(wanted)
        bills = [summary(line) for line in found.lines]
        return reply({"bills": bills, "before": found.before, "quarantined": await self._quarantine.count()})

    async def _list_quarantine(self, wanted: Wanted) -> web.Response:
        kept = await self._quarantine.listed(party=wanted.party, since=wanted.since, limit=wanted.limit)
        bills = [quarantined(document) for document in kept]
        return reply({"bills": bills, "before": None, "quarantined": await self._quarantine.count()})

    async def _show(self, request: web.Request) -> web.Response:
        key = await self._desk.find(request.match_info["id"], _party(request.query, "owner"))
        return reply(await self._shown(key))

    async def _release(self, request: web.Request) -> web.Response:
        wanted = Decision.model_validate(await read(request))
        key = await self._desk.find(wanted.id, _owner(wanted))
        await self._desk.release(key, acting_operator())
        return reply(await self._shown(key))

    async def _reject(self, request: web.Request) -> web.Response:
        wanted = Rejection.model_validate(await read(request))
        key = await self._desk.find(wanted.id, _owner(wanted))
        await self._desk.refuse(key, acting_operator(), wanted.reason)
        return reply(await self._shown(key))

    async def _shown(self, key: ObjectKey) -> dict[str, Any]:
        line = await self._ledger.line(key)
        refused = [with_body(document) for document in await self._quarantine.of(key)]
        return {"bill": None if line is None else whole(line), "quarantined": refused}


def _wanted(query: Mapping[str, str]) -> Wanted:
    return Wanted(
        state=_state(query.get("state")),
        party=_party(query, "party"),
        since=_since(query.get("since")),
        before=number(query, "before", 0, least=0) or None,
        limit=min(number(query, "limit", 50, least=1), _MOST),
    )


def _state(written: str | None) -> State | None:
    if not written:
        return None
    if written not in set(State):
        raise InvalidParameters(f"a state is one of {', '.join(State)}")
    return State(written)


def _since(written: str | None) -> datetime | None:
    """A day is meant from its beginning, in UTC."""
    if not written:
        return None
    return parse(written if "T" in written else f"{written}T00:00:00Z")


def _party(query: Mapping[str, str], name: str) -> PartyId | None:
    written = query.get(name)
    return PartyId.parse(written) if written else None


def _owner(wanted: Decision) -> PartyId | None:
    return PartyId.parse(wanted.owner) if wanted.owner else None
