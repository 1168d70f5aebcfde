"""Requests byte by byte, for what no HTTP client agrees to send."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from yarl import URL

from schemas import codec
from tests.fakes.eventually import PATIENCE_S


@dataclass(frozen=True, slots=True)
class RawAnswer:
    head: bytes
    body: bytes

    @property
    def http(self) -> int:
        return HTTPStatus(int(self.head.split()[1])).value

    @property
    def envelope(self) -> Any:
        return codec.decode(self.body)


async def exchange(url: str, request: bytes) -> RawAnswer:
    """The first answer, within PATIENCE_S."""
    where = URL(url)
    reader, writer = await asyncio.open_connection(where.host, where.port)
    try:
        writer.write(request)
        await writer.drain()
        async with asyncio.timeout(PATIENCE_S):
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(_length(head))
    finally:
        writer.close()
        await writer.wait_closed()
    return RawAnswer(head, body)


def _length(head: bytes) -> int:
    lines = (line.lower().split(b":") for line in head.splitlines() if b":" in line)
    return next((int(rest[0]) for name, *rest in lines if name == b"content-length"), 0)


def request(method: str, target: bytes, *lines: bytes, body: bytes = b"", keep_alive: bool = False) -> bytes:
    """One request, after which the connection is closed unless it is kept; `lines` are header lines."""
    length = [b"Content-Length: %d" % len(body)] if body else []
    after = [] if keep_alive else [b"Connection: close"]
    head = [method.encode() + b" " + target + b" HTTP/1.1", b"Host: x", *after, *lines, *length]
    return b"\r\n".join(head) + b"\r\n\r\n" + body
