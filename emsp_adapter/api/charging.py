"""Charging profiles and preferences, for the back office.

POST /admin/v1/charging_profiles             {"action": "SET_PROFILE", "session_id": …, "profile": {…}}
GET  /admin/v1/charging_profiles             what was asked, the newest first
GET  /admin/v1/charging_profiles/{id}
GET  /admin/v1/active_charging_profiles      how sessions will charge, as their CPOs told
POST /admin/v1/charging_preferences          {"session_id": …, "preferences": {"profile_type": "GREEN"}}
"""

from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from emsp_adapter.api.commands import found, shown, told
from emsp_adapter.charging.active import Active, ActiveProfiles
from emsp_adapter.charging.orders import ProfileOrders
from emsp_adapter.charging.preferences import Preferences
from emsp_adapter.charging.wanted import WANTED, Prefer
from emsp_adapter.errands.actions import CHARGING_PROFILES
from emsp_adapter.errands.desk import Desk
from emsp_adapter.errands.store import ErrandStore
from schemas import codec

_MOST: Final = 500


class ChargingRoutes:
    def __init__(
        self,
        *,
        orders: ProfileOrders,
        desk: Desk,
        errands: ErrandStore,
        active: ActiveProfiles,
        preferences: Preferences,
    ) -> None:
        self._orders = orders
        self._desk = desk
        self._errands = errands
        self._active = active
        self._preferences = preferences

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/charging_profiles", self._ask),
            web.get("/charging_profiles", self._list),
            web.get("/charging_profiles/{id}", self._one),
            web.get("/active_charging_profiles", self._list_active),
            web.post("/charging_preferences", self._prefer),
        ]

    async def _ask(self, request: web.Request) -> web.Response:
        """Numbers with their digits: a limit of 16.1 is no 16.100000000000001."""
        wanted = WANTED.validate_python(codec.decode(await request.read()))
        errand = await self._desk.ask(await self._orders.of(wanted))
        return told(shown(errand), HTTPStatus.CREATED)

    async def _list(self, _: web.Request) -> web.Response:
        asked = await self._errands.newest({"module": CHARGING_PROFILES}, _MOST)
        return told([shown(each) for each in asked])

    async def _one(self, request: web.Request) -> web.Response:
        return told(shown(await found(self._errands, request, CHARGING_PROFILES)))

    async def _list_active(self, _: web.Request) -> web.Response:
        return told([_shown(each) for each in await self._active.newest(_MOST)])

    async def _prefer(self, request: web.Request) -> web.Response:
        wanted = Prefer.model_validate(codec.decode(await request.read()))
        return told({"session_id": wanted.session_id, "result": await self._preferences.tell(wanted)})


def _shown(active: Active) -> dict[str, Any]:
    return {
        "cpo": str(active.cpo),
        "session_id": active.session_id,
        "profile": codec.decode(active.profile),
        "told_at": active.told_at,
    }
