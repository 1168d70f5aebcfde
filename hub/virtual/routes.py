"""Virtual partners, for the operator: all registrations of one by one request.

GET    /admin/v1/virtual-partners          GET /admin/v1/virtual-partners/{name}
POST   /admin/v1/virtual-partners          make what is not there
POST   /admin/v1/virtual-partners/{name}/rotate
DELETE /admin/v1/virtual-partners/{name}?with=FR*CPO
"""

from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

from aiohttp import web
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from hub.virtual.office import Office, Wanted
from hub.virtual.parts import LIFETIME, Part
from hub.virtual.plan import who
from ocpi.admin.app import read, reply
from ocpi.admin.bodies import Name, Party, Request, Token, Url
from ocpi.partners.directory import Directory
from ocpi.partners.model import PartnerState
from ocpi.partners.virtual import Welcome
from ocpi.wire.credentials_token import CredentialsToken
from schemas.kinds import PartyId


class Create(Request):
    """With a `versions_url` the hub registers there, by one of the `tokens` for each remote party, or by the
    `token` for all of them; without, it invites.
    """

    name: Annotated[Name, Field(max_length=30)]
    party: Party
    role: Literal["CPO", "EMSP"]
    versions_url: Url | None = None
    token: Token | None = None
    tokens: dict[Party, Token] = Field(default_factory=dict)
    lifetime_s: int = Field(default=int(LIFETIME.total_seconds()), gt=0, le=90 * 24 * 3600)

    @model_validator(mode="after")
    def _tokens_open_something(self) -> Self:
        if bool(self.token or self.tokens) != (self.versions_url is not None):
            raise PydanticCustomError("pair", "a versions URL and a token that opens there come together")
        return self

    def wanted(self) -> Wanted:
        url, token = self.versions_url, self.token
        return Wanted(
            name=self.name,
            party=PartyId.parse(self.party),
            role=self.role,
            welcome=Welcome(url, CredentialsToken(token)) if url and token else None,
            versions_url=url,
            tokens={PartyId.parse(each): CredentialsToken(its) for each, its in self.tokens.items()},
            lifetime=timedelta(seconds=self.lifetime_s),
        )


class Rotate(Request):
    """`parties` absent: every registration."""

    parties: frozenset[Party] | None = None


class VirtualRoutes:
    def __init__(self, office: Office, directory: Directory) -> None:
        self._office = office
        self._directory = directory

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/virtual-partners", self._list),
            web.post("/virtual-partners", self._create),
            web.get("/virtual-partners/{name}", self._show),
            web.post("/virtual-partners/{name}/rotate", self._rotate),
            web.delete("/virtual-partners/{name}", self._remove),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        names = [each.name for each in self._directory.partners() if each.state is PartnerState.VIRTUAL]
        return reply([self._shown(name, self._office.listed(name)) for name in names])

    async def _create(self, request: web.Request) -> web.Response:
        wanted = Create.model_validate(await read(request))
        parts = await self._office.create(wanted.wanted())
        return reply(self._shown(wanted.name, parts), HTTPStatus.CREATED)

    async def _show(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return reply(self._shown(name, self._office.listed(name)))

    async def _rotate(self, request: web.Request) -> web.Response:
        wanted, name = Rotate.model_validate(await read(request)), request.match_info["name"]
        return reply(self._shown(name, await self._office.rotate(name, _parties(wanted.parties))))

    async def _remove(self, request: web.Request) -> web.Response:
        name, chosen = request.match_info["name"], request.query.getall("with", None)
        parts = await self._office.remove(name, _parties(chosen))
        return reply({"name": name, "registrations": [_told(each) for each in parts]})

    def _shown(self, name: str, parts: Iterable[Part]) -> dict[str, Any]:
        virtual = self._office.virtual(name)
        party, role = who(virtual)
        return {
            "name": name,
            "party": str(party),
            "role": role,
            "welcomes_at": virtual.welcome.versions_url if virtual.welcome else None,
            "registrations": [_told(each) for each in parts],
        }


def _told(part: Part) -> dict[str, Any]:
    """A token is told to whom has just made it, and never again."""
    return {
        "remote": str(part.remote),
        "partner": part.name,
        "state": part.state,
        "versions_url": part.versions_url,
        "token": part.token.reveal() if part.token else None,
        "trouble": part.trouble,
    }


def _parties(written: Iterable[str] | None) -> frozenset[PartyId] | None:
    """Raises ValueError."""
    return None if written is None else frozenset(PartyId.parse(each) for each in written)
