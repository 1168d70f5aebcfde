"""How far the tokens of each issuer have been fetched, for the operator.

GET  /admin/v1/tokens/fetches
POST /admin/v1/tokens/fetch    {"issuer": "NL*MSP", "all": false}: begin now, with what has changed or all
"""

from http import HTTPStatus
from typing import Annotated, Any

from aiohttp import web
from pydantic import AfterValidator

from ocpi.admin.app import read, reply
from ocpi.admin.bodies import Request
from ocpi.process.mongo import Document
from ocpi.pulling.keeping import Keeping
from ocpi.pulling.rhythm import Extent
from ocpi.pulling.store import FetchStore
from schemas.kinds import PartyId


class Fetch(Request):
    issuer: Annotated[str, AfterValidator(lambda written: str(PartyId.parse(written)))]
    all: bool = False


class TokenRoutes:
    def __init__(self, store: FetchStore, keeping: Keeping) -> None:
        self._store = store
        self._keeping = keeping

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/tokens/fetches", self._list), web.post("/tokens/fetch", self._fetch)]

    async def _list(self, _: web.Request) -> web.Response:
        return reply([_shown(each) for each in await self._store.all()])

    async def _fetch(self, request: web.Request) -> web.Response:
        wanted = Fetch.model_validate(await read(request))
        extent = Extent.ALL if wanted.all else Extent.CHANGED
        await self._keeping.fetch_soon(PartyId.parse(wanted.issuer), ["tokens"], extent)
        return reply({"issuer": wanted.issuer, "extent": extent}, HTTPStatus.ACCEPTED)


def _shown(document: Document) -> dict[str, Any]:
    named = ("all_at", "until", "failed_at", "error", "last", "was_away")
    return {"issuer": document["party"], **{name: document.get(name) for name in named}}
