"""Cards, for the back office: give one out, block it, unblock it.

    GET  /admin/v1/cards?uid&type          one; without `uid` all, page by page, from behind `after`
    POST /admin/v1/cards                   {"uid": …, "contract_id": …}: a new one, or another word about one
    POST /admin/v1/cards/block             {"uid": …, "type": …, "reason": …}
    POST /admin/v1/cards/unblock           {"uid": …, "type": …}

Uids stand in bodies and queries, never in a path: paths are logged.
"""

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from emsp_adapter.api.commands import told
from emsp_adapter.contracts.card_office import CardOffice, ShownCard
from emsp_adapter.contracts.card_store import CardStore
from emsp_adapter.contracts.cards import Card, CardType, KeptCard
from emsp_adapter.contracts.importing.card_rows import CardRows
from ocpi.admin.app import read
from ocpi.admin.bodies import Request
from ocpi.errors import InvalidParameters


class _Named(Request):
    uid: str
    type: CardType = CardType.RFID


class _Block(_Named):
    reason: Annotated[str, Field(max_length=200)] = ""


class _Listed(Request):
    """`after` is the `name` of the last card of the page before."""

    after: str = ""
    limit: Annotated[int, Field(gt=0, le=1000)] = 100


class CardRoutes:
    def __init__(self, office: CardOffice, cards: CardStore, rules: CardRows) -> None:
        self._office = office
        self._cards = cards
        self._rules = rules

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/cards", self._get),
            web.post("/cards", self._put),
            web.post("/cards/block", self._block),
            web.post("/cards/unblock", self._unblock),
        ]

    async def _get(self, request: web.Request) -> web.Response:
        if "uid" in request.query:
            named = _Named.model_validate(dict(request.query))
            return told([_shown(await self._office.find(named.uid, named.type))])
        listed = _Listed.model_validate(dict(request.query))
        return told([kept(each) for each in await self._cards.page(after=listed.after, limit=listed.limit)])

    async def _put(self, request: web.Request) -> web.Response:
        card = Card.model_validate(await read(request))
        if objection := self._rules.objection(card):
            raise InvalidParameters(f"{objection.column}: {objection.text}", pointer=f"/{objection.column}")
        return told(_shown(await self._office.put(card)))

    async def _block(self, request: web.Request) -> web.Response:
        wanted = _Block.model_validate(await read(request))
        return told(_shown(await self._office.block(wanted.uid, wanted.type, wanted.reason)))

    async def _unblock(self, request: web.Request) -> web.Response:
        wanted = _Named.model_validate(await read(request))
        return told(_shown(await self._office.unblock(wanted.uid, wanted.type)))


def kept(card: KeptCard) -> dict[str, Any]:
    """What the issuer keeps of it."""
    block = card.block
    return {
        "name": card.name,
        **card.card.model_dump(exclude_none=True),
        "block": None if block is None else {"reason": block.reason, "at": block.at},
        "is_missing": card.is_missing,
    }


def _shown(card: ShownCard) -> dict[str, Any]:
    """With the token that CPOs have."""
    return {**kept(card.kept), "token": card.token.to_wire()}
