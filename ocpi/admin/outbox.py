"""The outbox, for the operator: what is due to whom, since when, and why it has not arrived; try it again.

And what has arrived: the receipts.
"""

from typing import Any, Final

from aiohttp import web

from ocpi.admin.app import read, reply
from ocpi.admin.bodies import Marks, Receipts, Replay, Revive
from ocpi.delivery.recovery import Recovery
from ocpi.process.mongo import Document
from schemas.kinds import PartyId

_OF_A_MARK: Final = (
    "to",
    "kind",
    "object_id",
    "digest",
    "since",
    "attempts",
    "refusals",
    "next_try",
    "last_error",
    "parked",
    "parked_at",
)
_OF_A_RECEIPT: Final = (
    "to",
    "kind",
    "object_id",
    "at",
    "http",
    "status",
    "location",
    "attempts",
    "correlation_id",
)


class OutboxRoutes:
    def __init__(self, recovery: Recovery) -> None:
        self._recovery = recovery

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/outbox", self._list),
            web.post("/outbox/revive", self._revive),
            web.post("/outbox/replay", self._replay),
            web.get("/receipts", self._receipts),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        asked = Marks.model_validate(dict(request.query))
        found = await self._recovery.listed(asked.wanted(), asked.limit)
        return reply([_shown(each, _OF_A_MARK) for each in found])

    async def _receipts(self, request: web.Request) -> web.Response:
        asked = Receipts.model_validate(dict(request.query))
        to = None if asked.to is None else PartyId.parse(asked.to)
        found = await self._recovery.receipts(to, asked.kind, asked.limit)
        return reply([_shown(each, _OF_A_RECEIPT) for each in found])

    async def _revive(self, request: web.Request) -> web.Response:
        """What was parked is due again."""
        asked = Revive.model_validate(await read(request))
        return reply({"to": asked.to, "revived": await self._recovery.revive(asked.wanted())})

    async def _replay(self, request: web.Request) -> web.Response:
        """What was delivered is due once more."""
        asked = Replay.model_validate(await read(request))
        return reply(
            {"to": asked.to, "due": await self._recovery.replay(PartyId.parse(asked.to), asked.since)}
        )


def _shown(document: Document, names: tuple[str, ...]) -> dict[str, Any]:
    return {"mark": document["_id"], **{name: document.get(name) for name in names}}
