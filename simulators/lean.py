"""Stations by the thousand in one process: what goes over the wire is a station's, and nothing else is there.

No queue, no meter and no `ocpp` package: whoever uses them says what each shall say. A frame costs some
microseconds, so that a load can be made on one core that a central system on another cannot bear.
Spec: RFC 6455 (a client's frames are masked; by zeros is a mask too); OCPP-J 1.6, 4.
"""

import asyncio
import base64
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import orjson
from yarl import URL

_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_FINAL: Final = 0x80
_NO_MASK: Final = b"\x00\x00\x00\x00"
_SHORT, _MIDDLE, _MOST_SHORT = 126, 127, 0xFFFF


class Refused(Exception):
    """No websocket was opened: `status`, and how long the central system asked to wait."""

    def __init__(self, status: int, retry_after_s: float | None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.retry_after_s = retry_after_s


class Gone(Exception):
    """The connection ended; the text is the code of the close, if there was one."""


@dataclass(frozen=True, slots=True)
class Identity:
    """`path` and `user` are the name unless they are told; `headers` are further lines."""

    name: str
    key: bytes
    subprotocol: str = "ocpp1.6"
    path: str | None = None
    user: str | None = None
    headers: tuple[str, ...] = ()


class LeanStation:
    """Made by `connect`. One thing is asked at a time, as a good station does."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._asked = 0
        self.answers_pings = True

    @classmethod
    async def connect(cls, url: str, who: Identity) -> Self:
        """`url` ends before the identity. Raises Refused, OSError."""
        where = URL(f"{url}/{who.path or who.name}", encoded=who.path is not None)
        reader, writer = await asyncio.open_connection(where.host, where.port, limit=1 << 16)
        station = cls(reader, writer)
        writer.write(_handshake(where, who))
        try:
            status, headers = await _answer(reader)
        except BaseException as error:
            station.cut()
            if isinstance(error, asyncio.IncompleteReadError):
                raise Gone("during the handshake") from error
            raise
        if status != 101:  # noqa: PLR2004 - Switching Protocols
            station.cut()
            told = headers.get("retry-after")
            raise Refused(status, float(told) if told else None)
        return station

    async def call(self, action: str, payload: Mapping[str, Any]) -> Any:
        """The payload of the CALLRESULT; what is asked meanwhile is answered by a CALLERROR. Raises Gone."""
        self._asked += 1
        name = str(self._asked)
        self.send(orjson.dumps([2, name, action, payload]))
        while (heard := await self.hear())[1] != name or heard[0] == 2:  # noqa: PLR2004 - a CALL
            if heard[0] == 2:  # noqa: PLR2004
                self.send(orjson.dumps([4, heard[1], "NotSupported", "", {}]))
        if heard[0] != 3:  # noqa: PLR2004 - a CALLRESULT
            raise Gone(f"{action} was answered by {heard[2]}")
        return heard[2]

    async def hear(self) -> Any:
        """The next frame, as JSON. Raises Gone."""
        while True:
            try:
                kind, body = await self._frame()
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                self.cut()
                raise Gone("cut") from error
            if kind == _TEXT:
                return orjson.loads(body)
            if kind == _PING and self.answers_pings:
                self._write(_PONG, body)
            if kind == _CLOSE:
                self.cut()
                raise Gone(str(struct.unpack("!H", body[:2])[0] if body else ""))

    def send(self, frame: bytes) -> None:
        self._write(_TEXT, frame)

    def send_binary(self, body: bytes) -> None:
        self._write(_BINARY, body)

    def cut(self) -> None:
        """Without a word, as a mobile network does it."""
        self._writer.transport.abort()

    def _write(self, kind: int, body: bytes) -> None:
        size = len(body)
        if size < _SHORT:
            head = bytes((_FINAL | kind, _FINAL | size))
        elif size <= _MOST_SHORT:
            head = bytes((_FINAL | kind, _FINAL | _SHORT)) + struct.pack("!H", size)
        else:
            head = bytes((_FINAL | kind, _FINAL | _MIDDLE)) + struct.pack("!Q", size)
        self._writer.write(head + _NO_MASK + body)

    async def _frame(self) -> tuple[int, bytes]:
        first, size = await self._reader.readexactly(2)
        if size == _SHORT:
            (size,) = struct.unpack("!H", await self._reader.readexactly(2))
        elif size == _MIDDLE:
            (size,) = struct.unpack("!Q", await self._reader.readexactly(8))
        return first & 0x0F, await self._reader.readexactly(size)


def _handshake(where: URL, who: Identity) -> bytes:
    user = who.name if who.user is None else who.user
    password = base64.b64encode(user.encode() + b":" + who.key).decode()
    offered = f"Sec-WebSocket-Protocol: {who.subprotocol}\r\n" if who.subprotocol else ""
    more = "".join(f"{line}\r\n" for line in who.headers)
    return (
        f"GET {where.raw_path} HTTP/1.1\r\nHost: {where.host}:{where.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
        f"{offered}{more}Authorization: Basic {password}\r\n\r\n"
    ).encode()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = (line.partition(":") for line in head[1:] if line)
    return int(head[0].split(" ", 2)[1]), {name.lower(): value.strip() for name, _, value in fields}
