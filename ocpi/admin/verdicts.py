"""What the audit said of the bills that arrived, for the operator.

GET /admin/v1/verdicts?doubted=true
"""

from typing import Any, Final

from aiohttp import web

from ocpi.admin.app import reply
from ocpi.objects.verdicts import Verdicts
from ocpi.process.mongo import Document

_MOST: Final = 500


class VerdictRoutes:
    def __init__(self, verdicts: Verdicts) -> None:
        self._verdicts = verdicts

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/verdicts", self._list)]

    async def _list(self, request: web.Request) -> web.Response:
        doubted_only = request.query.get("doubted") == "true"
        found = await self._verdicts.listed(doubted_only=doubted_only, limit=_MOST)
        return reply([_shown(document) for document in found])


def _shown(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "_id"}
