"""Answers that are no answers: broken off, without end, too large, or not what they say they are.

The partner has taken the request by then, as a real one would have, so that whoever asks again asks twice.
"""

import zlib
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import Any, Final, cast

from aiohttp import web

from ocpi.process.clock import Clock, SystemClock
from schemas import codec
from schemas.times import datetime_text
from simulators.endings import Fault, Usual, begun, body_of, reset_now, while_they_listen

_SYSTEM: Final = SystemClock()
_JSON: Final = "application/json"
_HUGE: Final = 10 * 1000**3
_BLOCK: Final = bytes(64 * 1024)
_MEMBER_BYTES: Final = 10 * 1000**2
_MEMBERS: Final = 100


def reset() -> Fault:
    """The connection is reset in the middle of the answer."""

    async def act(request: web.Request, usual: Usual) -> web.StreamResponse:
        answer, body = await begun(request, usual)
        await answer.write(body[: len(body) // 2])
        return reset_now(request)

    return act


def drip(clock: Clock = _SYSTEM) -> Fault:
    """One byte of the answer a second."""

    async def act(request: web.Request, usual: Usual) -> web.StreamResponse:
        answer, body = await begun(request, usual)
        for at in range(len(body)):
            await answer.write(body[at : at + 1])
            await clock.sleep(1)
        return answer

    return while_they_listen(act)


def huge(size: int = _HUGE) -> Fault:
    """An answer of 10 GB, as fast as it is read."""

    async def act(request: web.Request, usual: Usual) -> web.StreamResponse:
        await usual()
        answer = web.StreamResponse()
        answer.content_length = size
        await answer.prepare(request)
        for _ in range(size // len(_BLOCK)):
            await answer.write(_BLOCK)
        return answer

    return while_they_listen(act)


def endless(clock: Clock = _SYSTEM) -> Fault:
    """An answer in chunks, of which there is always one more."""

    async def act(request: web.Request, usual: Usual) -> web.StreamResponse:
        await usual()
        answer = web.StreamResponse(headers={"Content-Type": _JSON})
        answer.enable_chunked_encoding()
        await answer.prepare(request)
        while True:
            await answer.write(b" ")
            await clock.sleep(0.1)

    return while_they_listen(act)


def bomb() -> Fault:
    """A megabyte that unpacks into a gigabyte."""

    async def act(_: web.Request, usual: Usual) -> web.StreamResponse:
        answer = await usual()
        headers = {"Content-Encoding": "gzip", "Content-Type": _JSON}
        return web.Response(status=answer.status, headers=headers, body=_packed())

    return act


@cache
def _packed() -> bytes:
    """A gzip file may have many members; each packs the same zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits=16 + zlib.MAX_WBITS)
    return (packer.compress(bytes(_MEMBER_BYTES)) + packer.flush()) * _MEMBERS


def redirects() -> Fault:
    """Every address leads to itself."""

    async def act(request: web.Request, usual: Usual) -> web.StreamResponse:
        await usual()
        return web.Response(status=HTTPStatus.FOUND, headers={"Location": str(request.url)})

    return act


def wrong_json() -> Fault:
    """Half a sentence of JSON."""

    async def act(_: web.Request, usual: Usual) -> web.StreamResponse:
        answer = await usual()
        return web.Response(status=answer.status, text='{"data": [', content_type=_JSON)

    return act


def old_clock(behind: timedelta = timedelta(minutes=10), clock: Clock = _SYSTEM) -> Fault:
    """Answers are stamped by a clock that is behind."""

    async def act(_: web.Request, usual: Usual) -> web.StreamResponse:
        answer = await usual()
        told = cast("dict[str, Any]", codec.decode(body_of(answer)))
        stamp = clock.now() - behind
        answer.body = codec.encode({**told, "timestamp": datetime_text(stamp)})
        answer.headers["Date"] = stamp.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return answer

    return act
