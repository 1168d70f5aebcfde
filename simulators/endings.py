"""What faults of a partner are made of: an answer begun, and a connection that ends badly or not at all."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

Usual = Callable[[], Awaitable[web.Response]]
"""Takes the request in, and returns the answer that a healthy partner gives."""
Fault = Callable[[web.Request, Usual], Awaitable[web.StreamResponse]]

_RESET_AT_ONCE: Final = struct.pack("ii", 1, 0)
_LOOK_EVERY_S: Final = 0.05


def reset_now(request: web.Request) -> web.StreamResponse:
    """As a machine does it that knows nothing of this connection; what it returns goes nowhere."""
    if request.transport is not None:
        under = request.transport.get_extra_info("socket")
        under.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
        request.transport.abort()
    return web.Response()


async def until_they_leave(request: web.Request) -> web.StreamResponse:
    """What it returns goes nowhere."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - no event
        await asyncio.sleep(_LOOK_EVERY_S)
    return web.Response()


async def begun(request: web.Request, usual: Usual) -> tuple[web.StreamResponse, bytes]:
    """The usual answer as its head, sent, and its body, still to be sent."""
    whole = await usual()
    body = body_of(whole)
    answer = web.StreamResponse(status=whole.status, headers=whole.headers)
    answer.content_length = len(body)
    await answer.prepare(request)
    return answer, body


def body_of(answer: web.Response) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b""


def while_they_listen(fault: Fault) -> Fault:
    """Whoever has heard enough hangs up, and that is all right."""

    async def act(request: web.Request, usual: Usual) -> web.StreamResponse:
        try:
            return await fault(request, usual)
        except ConnectionError:
            return web.Response()

    return act
