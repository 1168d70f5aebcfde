"""Mounts what operators need: health for machines, and /admin/v1 for people with a bearer token."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

import orjson
from aiohttp import web

from ocpi.admin.problems import Handler, problem_middleware
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.server import operator_auth
from ocpi.server.answers import without_server_header

log = logger(__name__)
ROOT: Final = "/admin/v1"


def admin_application(
    *, operator_key: str, clock: Clock, health: Iterable[web.RouteDef], nouns: Iterable[web.RouteDef]
) -> web.Application:
    application = web.Application(middlewares=[problem_middleware])
    application.on_response_prepare.append(without_server_header)
    application.router.add_routes(list(health))
    guarded = web.Application(middlewares=[_guard(operator_key, clock)])
    guarded.router.add_routes(list(nouns))
    application.add_subapp(ROOT, guarded)
    return application


def _guard(key: str, clock: Clock) -> Any:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        operator = operator_auth.verify(request.headers.get("Authorization"), key, clock.now())
        response = await handler(request)
        if request.method != "GET":
            log.info("operator acted", operator=operator.subject, method=request.method, path=request.path)
        return response

    return guard


def reply(value: Any, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.Response(status=int(status), body=orjson.dumps(value), content_type="application/json")


async def read(request: web.Request) -> Any:
    """The JSON of a request. Raises JSONDecodeError."""
    return orjson.loads(await request.read())
