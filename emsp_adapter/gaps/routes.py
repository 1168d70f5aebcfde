"""Charges of which something is missing, for the operator.

GET  /admin/v1/gaps?state=OPEN&kind=SESSION_WITHOUT_CDR      the newest first; else whatever was missing
POST /admin/v1/gaps/acknowledge   {"id": "OLD_CDR|FR*CPO|cdr1"}: it is known, and counts no more
"""

from typing import Any, Final

from aiohttp import web

from emsp_adapter.gaps.model import GapKind, GapState
from emsp_adapter.gaps.store import GapStore
from ocpi.admin.app import acting_operator, read, reply
from ocpi.admin.bodies import Request
from ocpi.errors import UnknownObject
from ocpi.process.clock import Clock
from ocpi.process.mongo import Document

_MOST: Final = 1000
_SHOWN: Final = (
    "kind", "state", "cpo", "started_at", "look_at", "opened_at", "dated", "trouble",
    "acknowledged_at", "acknowledged_by", "resolved_at", "resolved_by",
)  # fmt: skip


class Wanted(Request):
    state: GapState | None = None
    kind: GapKind | None = None


class Acknowledge(Request):
    id: str


class GapRoutes:
    def __init__(self, gaps: GapStore, clock: Clock) -> None:
        self._gaps = gaps
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/gaps", self._list), web.post("/gaps/acknowledge", self._acknowledge)]

    async def _list(self, request: web.Request) -> web.Response:
        wanted = Wanted.model_validate(dict(request.query))
        states = [] if wanted.state is None else [wanted.state]
        return reply([_shown(each) for each in await self._gaps.listed(states, wanted.kind, _MOST)])

    async def _acknowledge(self, request: web.Request) -> web.Response:
        wanted = Acknowledge.model_validate(await read(request))
        if not await self._gaps.acknowledge(wanted.id, acting_operator(), self._clock.now()):
            raise UnknownObject(f"nothing of the name {wanted.id!r} is open")
        return reply({"id": wanted.id, "state": GapState.ACKNOWLEDGED})


def _shown(document: Document) -> dict[str, Any]:
    """Without the card."""
    is_session = document["kind"] == GapKind.SESSION_WITHOUT_CDR
    named = {"session" if is_session else "cdr": document["id"]}
    return {"id": document["_id"], **named, **{name: document.get(name) for name in _SHOWN}}
