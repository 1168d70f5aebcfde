"""How often which answer was given to a card, for the back office."""

from aiohttp import web

from emsp_adapter.authorization.service import Authorization
from ocpi.admin.app import reply


class OperationRoutes:
    def __init__(self, authorization: Authorization) -> None:
        self._authorization = authorization

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/authorizations", self._counted)]

    async def _counted(self, _: web.Request) -> web.Response:
        return reply(await self._authorization.counted())
