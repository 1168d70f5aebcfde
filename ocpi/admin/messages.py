"""What the recorder has, for the operator: the latest messages, and the story that a message belongs to.

GET /admin/v1/messages?partner&module&status&failed=true&before&limit
GET /admin/v1/trace/{id}            of a correlation or request id
GET /admin/v1/trace?session|cdr|authorization=ID
"""

from dataclasses import asdict
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import Field

from ocpi.admin.app import reply
from ocpi.admin.bodies import Request
from ocpi.process.mongo import Document
from ocpi.recorder.journal import Journal, Wanted
from ocpi.recorder.keys import correlation_key
from ocpi.recorder.stories import MOST, Stories

_HIDDEN: Final = frozenset({"_id", "order", "expires_at"})


class Listing(Request):
    partner: str | None = None
    module: str | None = None
    status: int | None = None
    failed: bool = False
    before: Annotated[str, Field(pattern=r"^[0-9a-f]{26}$")] | None = None
    limit: Annotated[int, Field(gt=0, le=500)] = 50


class Beginning(Request):
    """Exactly one of these."""

    session: str | None = None
    cdr: str | None = None
    authorization: str | None = None


class MessageRoutes:
    def __init__(self, journal: Journal, stories: Stories) -> None:
        self._journal = journal
        self._stories = stories

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/messages", self._list),
            web.get("/trace", self._find),
            web.get("/trace/{id}", self._trace),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        """`before` of the answer leads on to older ones; it is null at the end."""
        asked = Listing.model_validate(dict(request.query))
        wanted = Wanted(asked.partner, asked.module, asked.status, asked.failed, asked.before)
        found = await self._journal.latest(wanted, asked.limit)
        following = found[-1]["_id"] if len(found) == asked.limit else None
        return reply({"messages": [_shown(each) for each in found], "before": following})

    async def _trace(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        return await self._story({correlation_key(name), f"request/{name}"})

    async def _find(self, request: web.Request) -> web.Response:
        asked = Beginning.model_validate(dict(request.query)).model_dump(exclude_none=True)
        if len(asked) != 1:
            raise ValueError("one of session, cdr and authorization is needed")
        ((kind, written_id),) = asked.items()
        return await self._story(await self._journal.named(kind, written_id, MOST))

    async def _story(self, keys: set[str]) -> web.Response:
        story = await self._stories.begun_by(keys)
        if not story.messages:
            raise web.HTTPNotFound(reason="no message of that is kept here")
        return reply({**asdict(story), "messages": [_shown(each) for each in story.messages]})


def _shown(message: Document) -> dict[str, Any]:
    told = {name: value for name, value in message.items() if name not in _HIDDEN}
    return {"id": message["_id"], **told}
