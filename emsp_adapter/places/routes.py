"""Places for the operator.

GET  /admin/v1/places          how many are shown, and why others are not
GET  /admin/v1/places/check    whether what is kept beside Locations follows from them
POST /admin/v1/places/rebuild  the same, and mends what differs
"""

from dataclasses import asdict

from aiohttp import web

from emsp_adapter.places.upkeep import Upkeep
from ocpi.admin.app import reply


class PlaceRoutes:
    def __init__(self, upkeep: Upkeep) -> None:
        self._upkeep = upkeep

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/places", self._overview),
            web.get("/places/check", self._check),
            web.post("/places/rebuild", self._rebuild),
        ]

    async def _overview(self, _: web.Request) -> web.Response:
        return reply(await self._upkeep.overview())

    async def _check(self, _: web.Request) -> web.Response:
        return reply(asdict(await self._upkeep.check()))

    async def _rebuild(self, _: web.Request) -> web.Response:
        return reply(asdict(await self._upkeep.rebuild()))
