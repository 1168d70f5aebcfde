"""The outbox, for the operator: what is due to whom, since when, and why it has not arrived; try it again."""

from typing import Any, Final

from aiohttp import web

from ocpi.admin.app import read, reply
from ocpi.admin.bodies import Revive
from ocpi.delivery.dispatcher import Delivery
from ocpi.delivery.outbox import Outbox
from ocpi.process.mongo import Document
from schemas.kinds import PartyId

_MOST: Final = 500


class OutboxRoutes:
    def __init__(self, outbox: Outbox, delivery: Delivery) -> None:
        self._outbox = outbox
        self._delivery = delivery

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/outbox", self._list), web.post("/outbox/revive", self._revive)]

    async def _list(self, _: web.Request) -> web.Response:
        return reply([_shown(document) for document in await self._outbox.listed(_MOST)])

    async def _revive(self, request: web.Request) -> web.Response:
        """What was parked for a party is due again."""
        wanted = Revive.model_validate(await read(request))
        return reply({"to": wanted.to, "revived": await self._delivery.revive(PartyId.parse(wanted.to))})


def _shown(document: Document) -> dict[str, Any]:
    named = ("to", "kind", "object_id", "since", "attempts", "next_try", "last_error", "parked")
    return {name: document.get(name) for name in named}
