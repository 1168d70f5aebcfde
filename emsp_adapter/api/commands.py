"""Commands, for the back office: give one, follow it.

    POST /admin/v1/commands          {"command": "START_SESSION", "location_id": …, "token": {"uid": …}}
    GET  /admin/v1/commands          the newest first
    GET  /admin/v1/commands/{id}

A command that was given is answered with 201, also if the CPO refused it: its `state` says so.
"""

from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from emsp_adapter.commands.orders import Orders
from emsp_adapter.commands.wanted import WANTED
from emsp_adapter.errands.actions import COMMANDS
from emsp_adapter.errands.desk import Desk
from emsp_adapter.errands.model import Errand, Word
from emsp_adapter.errands.store import ErrandStore
from ocpi.admin.app import read
from schemas import codec

_MOST: Final = 500


class CommandRoutes:
    def __init__(self, orders: Orders, desk: Desk, errands: ErrandStore) -> None:
        self._orders = orders
        self._desk = desk
        self._errands = errands

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/commands", self._give),
            web.get("/commands", self._list),
            web.get("/commands/{id}", self._one),
        ]

    async def _give(self, request: web.Request) -> web.Response:
        wanted = WANTED.validate_python(await read(request))
        errand = await self._desk.ask(await self._orders.of(wanted))
        return told(shown(errand), HTTPStatus.CREATED)

    async def _list(self, _: web.Request) -> web.Response:
        return told([shown(each) for each in await self._errands.newest({"module": COMMANDS}, _MOST)])

    async def _one(self, request: web.Request) -> web.Response:
        return told(shown(await found(self._errands, request, COMMANDS)))


async def found(errands: ErrandStore, request: web.Request, module: str) -> Errand:
    """The errand in the address. Raises HTTPNotFound."""
    errand = await errands.find(request.match_info["id"])
    if errand is None or errand.module != module:
        raise web.HTTPNotFound
    return errand


def told(value: Any, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.Response(status=int(status), body=codec.encode(value), content_type="application/json")


def shown(errand: Errand) -> dict[str, Any]:
    """All but the secret of its response_url."""
    return {
        "id": errand.id,
        "action": errand.action,
        "cpo": str(errand.cpo),
        "partner": errand.partner,
        "about": dict(errand.about),
        "asked_at": errand.asked_at,
        "state": errand.state,
        "deadline": errand.deadline,
        "response": _word(errand.response),
        "result": _word(errand.result),
        "is_late": errand.is_late,
        "cancellation": _word(errand.cancellation),
        "trouble": errand.trouble,
        "sessions": list(errand.sessions),
    }


def _word(word: Word | None) -> Any:
    return None if word is None else {**_object(word), "at": word.at}


def _object(word: Word) -> dict[str, Any]:
    value = codec.decode(word.body)
    return value if isinstance(value, dict) else {"result": word.value}
