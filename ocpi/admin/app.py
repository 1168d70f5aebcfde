"""Mounts what operators need: health for machines, and /admin/v1 for people with a bearer token."""

from collections.abc import Iterable
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any, Final

import orjson
from aiohttp import web

from ocpi.admin.acts import Acts
from ocpi.admin.problems import Handler, problem_middleware
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.server import operator_auth
from ocpi.server.answers import without_server_header

log = logger(__name__)
ROOT: Final = "/admin/v1"
_operator: ContextVar[str] = ContextVar("operator")
_MOST_ACTS: Final = 500


def admin_application(
    *,
    operator_key: str,
    clock: Clock,
    acts: Acts,
    health: Iterable[web.RouteDef],
    nouns: Iterable[web.RouteDef],
) -> web.Application:
    application = web.Application(middlewares=[problem_middleware])
    application.on_response_prepare.append(without_server_header)
    application.router.add_routes(list(health))
    guarded = web.Application(middlewares=[_guard(operator_key, clock, acts)])
    guarded.router.add_routes([*nouns, web.get("/acts", _listing(acts))])
    application.add_subapp(ROOT, guarded)
    return application


def _guard(key: str, clock: Clock, acts: Acts) -> Any:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        operator = operator_auth.verify(request.headers.get("Authorization"), key, clock.now())
        _operator.set(operator.subject)  # each request is a task of its own
        if request.method == "GET":
            return await handler(request)
        act = await acts.begun(operator.subject, request)
        response = await problem_middleware(request, handler)
        await acts.ended(act, response.status)
        log.info("operator acted", operator=operator.subject, method=request.method, path=request.path)
        return response

    return guard


def _listing(acts: Acts) -> Handler:
    async def listing(_: web.Request) -> web.StreamResponse:
        return reply(await acts.listed(_MOST_ACTS))

    return listing


def acting_operator() -> str:
    """Who asks, as the bearer token of the request at hand says."""
    return _operator.get()


def reply(value: Any, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.Response(status=int(status), body=orjson.dumps(value), content_type="application/json")


async def read(request: web.Request) -> Any:
    """The JSON of a request. Raises JSONDecodeError."""
    return orjson.loads(await request.read())
