"""Keys of the API, for the operator.

GET    /admin/v1/api_keys
POST   /admin/v1/api_keys          {name, kind, scopes, contracts?, drivers?, expires_at?, per_minute?};
                                   the key is in this answer and nowhere else
DELETE /admin/v1/api_keys/{name}   it opens nothing from now on
"""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import AwareDatetime, Field

from emsp_adapter.apps.keys.key import Key, Kind, Scope
from emsp_adapter.apps.keys.office import KeyOffice
from emsp_adapter.apps.keys.store import KeyStore
from ocpi.admin.app import acting_operator, read, reply
from ocpi.admin.bodies import Name, Request

_Reference = Annotated[str, Field(min_length=1, max_length=255)]
_References = Annotated[tuple[_Reference, ...], Field(min_length=1, max_length=1000)]


class Creating(Request):
    """`contracts` and `drivers`: the key sees and steers the charging of these alone."""

    name: Name
    kind: Kind
    scopes: Annotated[frozenset[Scope], Field(min_length=1)]
    contracts: _References | None = None
    drivers: _References | None = None
    expires_at: AwareDatetime | None = None
    per_minute: Annotated[int, Field(gt=0, le=100_000)] | None = None

    def key(self) -> Key:
        return Key(**dict(self))


class KeyRoutes:
    def __init__(self, office: KeyOffice, store: KeyStore) -> None:
        self._office = office
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api_keys", self._list),
            web.post("/api_keys", self._create),
            web.delete("/api_keys/{name}", self._revoke),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return reply(await self._store.listed())

    async def _create(self, request: web.Request) -> web.Response:
        wanted = Creating.model_validate(await read(request))
        written = await self._office.create(wanted.key(), acting_operator())
        told = {**wanted.model_dump(mode="json"), "scopes": sorted(wanted.scopes), "key": written}
        return reply(told, HTTPStatus.CREATED)

    async def _revoke(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        await self._office.revoke(name, acting_operator())
        return reply({"name": name})
