"""What the back office can ask for beside the bills: pull now, and how often which answer was given."""

from dataclasses import asdict

from aiohttp import web

from emsp_adapter.authorization.service import Authorization
from emsp_adapter.sync.pull import BillPull, Pulled
from ocpi.admin.app import reply


class OperationRoutes:
    def __init__(self, pull: BillPull, authorization: Authorization) -> None:
        self._pull = pull
        self._authorization = authorization

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/cdrs/pull", self._pull_now), web.get("/authorizations", self._counted)]

    async def _pull_now(self, _: web.Request) -> web.Response:
        results = await self._pull.everybody()
        return reply(
            {cpo: asdict(told) if isinstance(told, Pulled) else told for cpo, told in results.items()}
        )

    async def _counted(self, _: web.Request) -> web.Response:
        return reply(await self._authorization.counted())
