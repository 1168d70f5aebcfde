"""The roaming objects that a service holds, for its operator: as they came, page by page, newest last.

GET /admin/v1/objects/{module}?date_from&date_to&offset&limit
"""

from aiohttp import web

from ocpi.admin.history import HistoryRoutes
from ocpi.errors import InvalidParameters
from ocpi.objects.kinds import BY_MODULE
from ocpi.objects.store import ObjectStore, Selection
from ocpi.wire import envelope, pagination
from ocpi.wire.pagination import PageQuery


class ObjectRoutes:
    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        return [*HistoryRoutes(self._store).routes(), web.get("/objects/{module}", self._list)]

    async def _list(self, request: web.Request) -> web.Response:
        module = request.match_info["module"]
        if module not in BY_MODULE:
            raise InvalidParameters(f"{module} are not kept; kept are {', '.join(sorted(BY_MODULE))}")
        page = await self._store.page(Selection(BY_MODULE[module]), PageQuery.read(request.query))
        return web.Response(
            body=envelope.json_list(page.bodies),
            content_type="application/json",
            headers={pagination.TOTAL: str(page.total)},
        )
