"""A file on its way out, with a word said once it has left, or has not."""

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter


class Left(Protocol):
    def __call__(self, *, is_whole: bool) -> Awaitable[None]:
        """`is_whole`: its last byte has left. Also called where the line was lost meanwhile."""


class Outgoing(web.FileResponse):
    """The framework sends the file while it prepares the answer."""

    def __init__(self, path: Path, left: Left) -> None:
        super().__init__(path)
        self._left = left

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        is_sent = False
        try:
            writer = await super().prepare(request)
            is_sent = True
        finally:
            await asyncio.shield(self._told(is_whole=is_sent and self._reaches_the_end()))
        return writer

    async def _told(self, *, is_whole: bool) -> None:
        await self._left(is_whole=is_whole)

    def _reaches_the_end(self) -> bool:
        """Of the file: as a whole, or by a range whose last byte is the file's."""
        if self.status == HTTPStatus.OK:
            return True
        if self.status != HTTPStatus.PARTIAL_CONTENT:
            return False
        span, _, size = self.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
        last = span.partition("-")[2]
        return last.isdecimal() and size.isdecimal() and int(last) + 1 == int(size)
