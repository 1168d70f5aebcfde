"""The one place where a request to the API becomes something Asked, and its answer bytes.

First who is asking, then everything else: without a good key every address answers alike, but that of the
OpenAPI document, which tells nothing that the source does not.
"""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel

from emsp_adapter.apps.cors import cors_middleware, with_cors
from emsp_adapter.apps.counting import NONE, ApiMetrics
from emsp_adapter.apps.keys.key import Key
from emsp_adapter.apps.keys.office import KeyOffice
from emsp_adapter.apps.openapi import document
from emsp_adapter.apps.operation import JSON, Answer, Asked, Operation, Told
from emsp_adapter.apps.problems import Handler, Refused, problem_middleware
from emsp_adapter.apps.reading import (
    LARGEST_BODY_BYTES,
    check_accepted,
    read_path,
    read_query,
    read_told,
)
from ocpi.process.logs import correlation
from ocpi.server.answers import without_server_header
from ocpi.server.requests import expected
from ocpi.wire.headers import CORRELATION_ID, MessageIds
from schemas import codec

ROOT: Final = "/api/v1"
DOCUMENT: Final = f"{ROOT}/openapi.json"
_KEY: Final = web.RequestKey("key", Key)
_OPERATION: Final = web.RequestKey("operation", str)
_CORRELATION: Final = web.RequestKey("correlation_id", str)
_NOT_KEPT: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def application(
    operations: Iterable[Operation], office: KeyOffice, metrics: ApiMetrics, origins: Iterable[str] = ()
) -> web.Application:
    """`origins` are those of web pages that may use it."""
    offered = list(operations)
    middlewares = [
        _correlated,
        _counted(metrics),
        cors_middleware(list(origins)),
        problem_middleware,
        _guard(office),
    ]
    api = web.Application(middlewares=middlewares, client_max_size=LARGEST_BODY_BYTES)
    api.on_response_prepare.extend((without_server_header, with_cors, _with_correlation))
    api.router.add_route("GET", DOCUMENT, _telling(codec.encode(document(offered))))
    for each in offered:
        api.router.add_route(
            each.method, ROOT + each.path, partial(_answer, each, office), expect_handler=expected
        )
    return api


@web.middleware
async def _correlated(request: web.Request, handler: Handler) -> web.StreamResponse:
    request[_CORRELATION] = MessageIds.read(request.headers).correlation_id
    with correlation(request[_CORRELATION]):
        return await handler(request)


def _counted(metrics: ApiMetrics) -> Any:
    @web.middleware
    async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        metrics.count(request.get(_OPERATION, NONE), response.status)
        return response

    return counted


async def _with_correlation(request: web.Request, response: web.StreamResponse) -> None:
    if _CORRELATION in request:  # not where the library itself refuses
        response.headers[CORRELATION_ID] = request[_CORRELATION]
    for name, value in _NOT_KEPT.items():
        response.headers.setdefault(name, value)


def _guard(office: KeyOffice) -> Any:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.rel_url.raw_path == DOCUMENT and request.method == "GET":
            return await handler(request)
        shown = request.headers.getall("Authorization", [])
        request[_KEY] = await office.admit(shown[0] if len(shown) == 1 else None, request.remote or "")
        return await handler(request)

    return guard


def _telling(body: bytes) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def tell(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type=JSON)

    return tell


async def _answer(operation: Operation, office: KeyOffice, request: web.Request) -> web.StreamResponse:
    key = request[_KEY]
    request[_OPERATION] = operation.id
    if operation.scope is not None and operation.scope not in key.opens:
        raise Refused(HTTPStatus.FORBIDDEN, f"this key has no scope {operation.scope}")
    check_accepted(operation, request)
    path, query = read_path(operation, request), read_query(operation, request)
    body, raw = await read_told(operation, request)
    asked = Asked(key, await office.bound(key), request, path, query, body, raw)
    return _told(operation, await operation.does(asked))


def _told(operation: Operation, told: Told) -> web.StreamResponse:
    if isinstance(told, web.StreamResponse):
        return told
    answer = Answer(told) if isinstance(told, BaseModel) else told
    status = int(answer.status or operation.status)
    if answer.value is None:
        return web.Response(status=status, headers=answer.headers)
    body = codec.encode(answer.value.model_dump())
    return web.Response(status=status, body=body, content_type=JSON, headers=answer.headers)
