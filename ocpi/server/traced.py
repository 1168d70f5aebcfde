"""A door inside an application, which middlewares of tracing need around it.

By itself a door answers every request as it comes: an application would look for routes and hooks each time.
"""

from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from ocpi.process.run import LARGEST_BODY_BYTES, Answering


def within(middlewares: Sequence[Middleware], door: Answering) -> web.Application:
    """The first middleware is the outermost."""
    inside = [*middlewares, _everything_to(door)]
    application = web.Application(client_max_size=LARGEST_BODY_BYTES, middlewares=inside)
    application.router.add_route("*", "/{address:.*}", _behind_the_door, expect_handler=_left_to_the_door)
    return application


async def _behind_the_door(_: web.Request) -> web.StreamResponse:
    """Where the library believes that every request goes: it is slow where it knows no address."""
    raise web.HTTPNotFound


async def _left_to_the_door(_: web.Request) -> None:
    """Who asks whether to send its body is told to by the door, once."""


def _everything_to(door: Answering) -> Middleware:
    """What the library would answer by itself has no envelope."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:  # noqa: ARG001
        return await door(request)

    return answer
