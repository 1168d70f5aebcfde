"""From an Answer to bytes on the wire: envelope, message ids, routing headers turned round."""

from datetime import datetime
from typing import Final

from aiohttp import web

from ocpi.server.call import Answer
from ocpi.wire import envelope
from ocpi.wire.headers import MessageIds, Routing

_OURS: Final = {"Server": "Passerelle"}
"""The library would tell its version, and that of Python, to everybody who asks."""


def respond(answer: Answer, ids: MessageIds, asked: Routing, at: datetime) -> web.Response:
    """`asked`: the routing of the request, turned round unless the answer has its own."""
    body = answer.relayed
    if body is None:
        body = envelope.write(at, data=answer.data, status_code=answer.status_code, message=answer.message)
    routing = asked.reversed() if answer.routing is None else answer.routing
    headers = {
        "Content-Type": answer.content_type,
        **_OURS,
        **ids.write(),
        **routing.write(),
        **answer.headers,
    }
    return web.Response(status=int(answer.http), body=body, headers=headers)


async def without_server_header(_: web.Request, response: web.StreamResponse) -> None:
    """The library would tell its version, and that of Python, to everybody who asks."""
    response.headers.pop("Server", None)
