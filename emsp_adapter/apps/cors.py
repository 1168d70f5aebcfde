"""Which web pages may use the API from a browser: those of origins that the operator names, and no others.

A key travels in a header and never in a cookie, so no credentials of the browser are let in.
Spec: Fetch Standard, CORS protocol.
"""

from collections.abc import Collection
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs, web

from emsp_adapter.apps.problems import Handler

_TAKEN: Final = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Correlation-ID"
_TOLD: Final = "Location, Retry-After, Idempotency-Replayed, X-Correlation-ID"
_METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
_REMEMBERED_S: Final = 600
_CORS: Final = web.RequestKey("cors", dict[str, str])


def cors_middleware(origins: Collection[str]) -> Any:
    allowed = frozenset(each.rstrip("/").lower() for each in origins)

    @web.middleware
    async def cors(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not allowed:
            return await handler(request)
        origin = request.headers.get(hdrs.ORIGIN, "")
        is_ours = origin.lower() in allowed
        if is_ours and _is_preflight(request):
            return web.Response(status=int(HTTPStatus.NO_CONTENT), headers=_preflight(origin))
        request[_CORS] = {hdrs.VARY: hdrs.ORIGIN, **(_plain(origin) if is_ours else {})}
        return await handler(request)

    return cors


async def with_cors(request: web.Request, response: web.StreamResponse) -> None:
    """Before an answer leaves, a stream too."""
    response.headers.update(request.get(_CORS, {}))


def _is_preflight(request: web.Request) -> bool:
    return request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers


def _plain(origin: str) -> dict[str, str]:
    return {hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: origin, hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: _TOLD}


def _preflight(origin: str) -> dict[str, str]:
    return {
        hdrs.VARY: hdrs.ORIGIN,
        hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: origin,
        hdrs.ACCESS_CONTROL_ALLOW_METHODS: _METHODS,
        hdrs.ACCESS_CONTROL_ALLOW_HEADERS: _TAKEN,
        hdrs.ACCESS_CONTROL_MAX_AGE: str(_REMEMBERED_S),
    }
