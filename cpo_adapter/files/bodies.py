"""The file in what a station sends: the body of a PUT or POST, or the first file of a form.

Spec: RFC 9110 (PUT); RFC 7578 (multipart/form-data); OCPP 1.6, GetDiagnostics leaves the way to the URL.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Final

from aiohttp import BodyPartReader, MultipartReader, web

_AT_A_TIME: Final = 256 * 1024
IDLE_S: Final = 60.0
"""So long nothing may come before the station counts as gone."""


class NoFile(Exception):
    """There is none in the form."""


async def brought(request: web.Request) -> tuple[str, AsyncIterator[bytes]]:
    """Its name, empty where none is told, and its bytes as they come. Raises NoFile."""
    if not request.content_type.startswith("multipart/"):
        return "", _of_body(request)
    part = await _file_in(await request.multipart())
    return part.filename or part.name or "", _of_part(part)


async def _file_in(form: MultipartReader) -> BodyPartReader:
    async with asyncio.timeout(IDLE_S):
        while (part := await form.next()) is not None:
            if isinstance(part, BodyPartReader) and part.filename is not None:
                return part
    raise NoFile


async def _of_body(request: web.Request) -> AsyncIterator[bytes]:
    while chunk := await _in_time(request.content.readany()):
        yield chunk


async def _of_part(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await _in_time(part.read_chunk(_AT_A_TIME)):
        yield chunk


async def _in_time(coming: Awaitable[bytes]) -> bytes:
    async with asyncio.timeout(IDLE_S):
        return await coming
