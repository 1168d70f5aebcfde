"""Webhooks for the operator, as they are managed over the API.

GET    /admin/v1/webhooks
POST   /admin/v1/webhooks               {url, events?, description?}; the secret is in this answer alone
PATCH  /admin/v1/webhooks/{id}          {url?, events?, description?, enabled?}
DELETE /admin/v1/webhooks/{id}
POST   /admin/v1/webhooks/{id}/rotate   {overlap_hours?}
POST   /admin/v1/webhooks/{id}/test
GET    /admin/v1/webhooks/{id}/messages
POST   /admin/v1/webhooks/{id}/messages/{message}/resend
"""

from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from emsp_adapter.webhooks.asked import Changing, Making, Rotating
from emsp_adapter.webhooks.office import WebhookOffice
from emsp_adapter.webhooks.told import made_told, message_told, webhook_told
from ocpi.admin.app import acting_operator, read, reply

_MOST: Final = 100


class WebhookRoutes:
    def __init__(self, office: WebhookOffice) -> None:
        self._office = office

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/webhooks", self._list),
            web.post("/webhooks", self._create),
            web.patch("/webhooks/{id}", self._change),
            web.delete("/webhooks/{id}", self._remove),
            web.post("/webhooks/{id}/rotate", self._rotate),
            web.post("/webhooks/{id}/test", self._test),
            web.get("/webhooks/{id}/messages", self._messages),
            web.post("/webhooks/{id}/messages/{message}/resend", self._resend),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return reply([webhook_told(each).model_dump(mode="json") for each in await self._office.all()])

    async def _create(self, request: web.Request) -> web.Response:
        told = Making.model_validate(await read(request))
        made = await self._office.create(told.url, told.events, told.description, acting_operator())
        return reply(made_told(made).model_dump(mode="json"), HTTPStatus.CREATED)

    async def _change(self, request: web.Request) -> web.Response:
        told = Changing.model_validate(await read(request))
        changed = await self._office.change(_named(request), **told.model_dump())
        return reply(webhook_told(changed).model_dump(mode="json"))

    async def _remove(self, request: web.Request) -> web.Response:
        await self._office.remove(_named(request))
        return reply({"id": _named(request)})

    async def _rotate(self, request: web.Request) -> web.Response:
        told = Rotating.model_validate(await read(request) if request.body_exists else {})
        made = await self._office.rotate(_named(request), timedelta(hours=told.overlap_hours))
        return reply(made_told(made).model_dump(mode="json"))

    async def _test(self, request: web.Request) -> web.Response:
        return reply({"id": await self._office.test(_named(request))}, HTTPStatus.ACCEPTED)

    async def _messages(self, request: web.Request) -> web.Response:
        rows: list[Any] = await self._office.messages(_named(request), None, None, _MOST)
        return reply([message_told(each).model_dump(mode="json") for each in rows])

    async def _resend(self, request: web.Request) -> web.Response:
        message = request.match_info["message"]
        await self._office.resend(_named(request), message)
        return reply({"id": message}, HTTPStatus.ACCEPTED)


def _named(request: web.Request) -> str:
    return request.match_info["id"]
