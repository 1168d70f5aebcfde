"""How far the lists of each CPO have been fetched, for the operator.

GET  /admin/v1/sync             each CPO and module: when what was fetched, how much, and what is due next
POST /admin/v1/sync             {"cpo": "FR*CPO", "module": "locations", "all": true}: begin now; without a
                                module all of them
GET  /admin/v1/sync/absent      locations and tariffs that their CPOs list no more, without having said so
POST /admin/v1/cdrs/pull        bills of every CPO that were not pushed; answers when they are here
"""

from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from pydantic import AfterValidator

from ocpi.admin.app import read, reply
from ocpi.admin.bodies import Request
from ocpi.errors import OcpiError, UnknownObject
from ocpi.objects.store import ObjectStore
from ocpi.process.clock import Clock
from ocpi.process.mongo import Document
from ocpi.pulling.rhythm import Extent, next_due
from ocpi.pulling.room import PullingRoom
from ocpi.pulling.store import fetched
from schemas.kinds import PartyId

MODULES: Final = ("locations", "tariffs", "sessions", "cdrs")
_MOST: Final = 1000
_SHOWN: Final = (
    "extent", "began_at", "until", "all_at", "since", "last", "bad",
    "failed_at", "failures", "error", "was_away", "wanted", "doubted_at",
)  # fmt: skip


class Sync(Request):
    cpo: Annotated[str, AfterValidator(lambda written: str(PartyId.parse(written)))]
    module: Literal["locations", "tariffs", "sessions", "cdrs"] | None = None
    all: bool = False


class SyncRoutes:
    def __init__(self, room: PullingRoom, store: ObjectStore, clock: Clock) -> None:
        self._room = room
        self._objects = store
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/sync", self._list),
            web.post("/sync", self._begin),
            web.get("/sync/absent", self._absent),
            web.post("/cdrs/pull", self._pull_bills),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return reply([self._shown(each) for each in await self._room.store.all()])

    async def _begin(self, request: web.Request) -> web.Response:
        wanted = Sync.model_validate(await read(request))
        cpo, extent = PartyId.parse(wanted.cpo), Extent.ALL if wanted.all else Extent.CHANGED
        modules = [wanted.module] if wanted.module else self._room.lists.modules_of(cpo)
        if not modules:
            raise UnknownObject(f"there is no agreement with {cpo}")
        await self._room.keeping.fetch_soon(cpo, modules, extent)
        told = {"cpo": wanted.cpo, "modules": modules, "extent": extent}
        return reply(told, HTTPStatus.ACCEPTED)

    async def _absent(self, _: web.Request) -> web.Response:
        return reply([_named(each) for each in await self._objects.listed.all_absent(_MOST)])

    async def _pull_bills(self, _: web.Request) -> web.Response:
        """One CPO's trouble is told beside the others' results."""
        lists = self._room.lists
        agreed = [each for each in lists.parties() if "cdrs" in lists.modules_of(each)]
        return reply({str(cpo): await self._bills_of(cpo) for cpo in agreed})

    async def _bills_of(self, cpo: PartyId) -> Any:
        try:
            told = await self._room.fetching.now(cpo, "cdrs", Extent.CHANGED)
        except OcpiError as error:
            return error.text
        return "its lists are being fetched already" if told is None else told["last"]

    def _shown(self, document: Document) -> dict[str, Any]:
        cpo = PartyId.parse(document["party"])
        due_at = next_due(fetched(document), cpo, self._clock.now())
        told = {name: document.get(name) for name in _SHOWN}
        return {"cpo": str(cpo), "module": document["module"], **told, "next_due": due_at}


def _named(document: Document) -> dict[str, Any]:
    owner, seen = document["owner"], document["last_updated"]
    told = {"cpo": owner, "module": f"{document['kind']}s", "id": document["id"]}
    return {**told, "last_updated": seen, "absent_since": document["absent_since"]}
