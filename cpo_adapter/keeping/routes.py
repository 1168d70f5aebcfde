"""Messages that were set aside, for the operator.

GET  /admin/v1/stations/set_aside                  the latest first
GET  /admin/v1/stations/set_aside/{message}        with its frame
POST /admin/v1/stations/set_aside/{message}/retry  have it understood again
"""

from typing import Final

from aiohttp import web

from cpo_adapter.keeping.set_aside import SetAside
from ocpi.admin.app import reply

_MOST: Final = 500


class SetAsideRoutes:
    def __init__(self, set_aside: SetAside) -> None:
        self._set_aside = set_aside

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/stations/set_aside", self._list),
            web.get("/stations/set_aside/{message}", self._one),
            web.post("/stations/set_aside/{message}/retry", self._retry),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return reply(await self._set_aside.listed(_MOST))

    async def _one(self, request: web.Request) -> web.Response:
        return reply(await self._set_aside.message(request.match_info["message"]))

    async def _retry(self, request: web.Request) -> web.Response:
        message = request.match_info["message"]
        return reply({"message": message, "station": await self._set_aside.try_again(message)})
