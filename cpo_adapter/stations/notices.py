"""What stations told that is kept for people to look at: frames as they came, without a station's own key.

GET /admin/v1/stations/notices?station=CP-1[&action=NotifyPriorityCharging]    the latest first
"""

from typing import Final

from aiohttp import web

from cpo_adapter.stations.store import NOTICES
from ocpi.admin.app import reply
from ocpi.process.mongo import DESCENDING, Mongo

_MOST: Final = 200
_SHOWN: Final = {"_id": False}


class NoticeRoutes:
    def __init__(self, mongo: Mongo) -> None:
        self._notices = mongo.collection(NOTICES)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/stations/notices", self._list)]

    async def _list(self, request: web.Request) -> web.Response:
        named = {name: request.query[name] for name in ("station", "action") if name in request.query}
        if "station" not in named:
            raise ValueError("name the station: ?station=…")
        found = self._notices.find(named, _SHOWN).sort("received_at", DESCENDING).limit(_MOST)
        return reply([each async for each in found])
