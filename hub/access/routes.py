"""Access tokens, for the operator.

GET    /admin/v1/access
POST   /admin/v1/access         {party, modules, expires, name?}; the token is in this answer and nowhere else
DELETE /admin/v1/access/{name}
"""

import secrets
from datetime import date
from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import AfterValidator, Field

from hub.access.office import AccessOffice
from hub.access.store import AccessStore
from ocpi.admin.app import acting_operator, read, reply
from ocpi.admin.bodies import Name, Party, Request
from ocpi.partners.reading import Reading
from schemas.kinds import PartyId

READABLE = frozenset({"cdrs", "sessions"})


def _readable(written: str) -> str:
    if written not in READABLE:
        raise ValueError(f"a module that can be read so is one of {', '.join(sorted(READABLE))}")
    return written


class Creating(Request):
    """`expires` is the last day, in UTC."""

    party: Party
    modules: Annotated[frozenset[Annotated[str, AfterValidator(_readable)]], Field(min_length=1)]
    expires: date
    name: Name | None = None

    def reading(self) -> Reading:
        party = PartyId.parse(self.party)
        name = self.name or f"{party.compact.lower()}-{secrets.token_hex(3)}"
        return Reading(name, party, self.modules)


class AccessRoutes:
    def __init__(self, office: AccessOffice, store: AccessStore) -> None:
        self._office = office
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/access", self._list),
            web.post("/access", self._create),
            web.delete("/access/{name}", self._revoke),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return reply(await self._store.listed())

    async def _create(self, request: web.Request) -> web.Response:
        wanted = Creating.model_validate(await read(request))
        reading = wanted.reading()
        token = await self._office.create(reading, wanted.expires, acting_operator())
        told = {
            "name": reading.name,
            "party": str(reading.party),
            "modules": sorted(reading.modules),
            "expires": wanted.expires,
            "token": token.reveal(),
        }
        return reply(told, HTTPStatus.CREATED)

    async def _revoke(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        await self._office.revoke(name, acting_operator())
        return reply({"name": name})
