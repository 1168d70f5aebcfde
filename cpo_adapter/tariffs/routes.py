"""Tariffs, for the operator.

GET  /admin/v1/tariffs           as they are authored now
POST /admin/v1/tariffs           {"tariffs": […]} as in the TOML form, or {"file": "t.csv", "text": "…"}
POST /admin/v1/tariffs/remove    {"id": "AC", "emsp": "NL*MSP"}
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from aiohttp import web
from pydantic import AfterValidator

from cpo_adapter.tariffs.authored import offers_in, read_offers
from cpo_adapter.tariffs.offer import Offer
from cpo_adapter.tariffs.room import TariffRoom
from ocpi.admin.app import read, reply
from ocpi.admin.bodies import Request
from ocpi.admin.problems import problem
from ocpi.authored.document import Document
from ocpi.authored.flaws import BrokenFile
from ocpi.process.clock import Clock
from schemas import codec
from schemas.kinds import PartyId

_Emsp = Annotated[str, AfterValidator(lambda written: str(PartyId.parse(written)))]


class Removal(Request):
    id: str
    emsp: _Emsp | None = None


class TariffRoutes:
    def __init__(
        self,
        room: TariffRoom,
        party: PartyId,
        *,
        everywhere: Callable[[], Awaitable[object]],
        clock: Clock,
    ) -> None:
        """`everywhere`: have the rooms of other processes refresh."""
        self._room = room
        self._everywhere = everywhere
        self._party = party
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/tariffs", self._list),
            web.post("/tariffs", self._put),
            web.post("/tariffs/remove", self._remove),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return reply([_shown(each) for each in self._room.book.current()])

    async def _put(self, request: web.Request) -> web.Response:
        try:
            offers = self._offers(codec.decode(await request.read()))
        except BrokenFile as broken:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(broken))
        await self._room.put(offers)
        await self._everywhere()
        return reply([_shown(each) for each in offers])

    def _offers(self, told: Any) -> tuple[Offer, ...]:
        """Raises BrokenFile."""
        content = told if isinstance(told, dict) else {}
        now = self._clock.now()
        if isinstance(content.get("text"), str):
            file = Path(Path(str(content.get("file", "tariffs.toml"))).name)
            return read_offers(file, self._party, now, content["text"])
        return offers_in(Document(Path("tariffs"), content, {}), self._party, now)

    async def _remove(self, request: web.Request) -> web.Response:
        wanted = Removal.model_validate(await read(request))
        await self._room.remove(wanted.id, PartyId.parse(wanted.emsp) if wanted.emsp else None)
        await self._everywhere()
        return reply({"id": wanted.id, "emsp": wanted.emsp})


def _shown(offer: Offer) -> dict[str, Any]:
    tariff = offer.tariff
    return {
        "id": str(tariff.id),
        "emsp": None if offer.emsp is None else str(offer.emsp),
        "group": offer.group,
        "instead_of": offer.instead_of,
        "currency": str(tariff.currency),
        "start_date_time": tariff.start_date_time,
        "end_date_time": tariff.end_date_time,
        "last_updated": tariff.last_updated,
    }
