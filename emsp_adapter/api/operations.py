"""What the back office can ask for beside the bills: pull now."""

from dataclasses import asdict

from aiohttp import web

from emsp_adapter.sync.pull import BillPull, Pulled
from ocpi.admin.app import reply


class OperationRoutes:
    def __init__(self, pull: BillPull) -> None:
        self._pull = pull

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/cdrs/pull", self._pull_now)]

    async def _pull_now(self, _: web.Request) -> web.Response:
        results = await self._pull.everybody()
        return reply(
            {cpo: asdict(told) if isinstance(told, Pulled) else told for cpo, told in results.items()}
        )
