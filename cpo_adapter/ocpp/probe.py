"""Is anybody there: a ping that only the far side, now, can answer.

Frames may still come out of buffers when whoever sent them is gone; the pong to this ping cannot.
Spec: RFC 6455, 5.5.3 (a pong repeats the data of its ping).
"""

import asyncio
import secrets

from aiohttp import ClientConnectionResetError
from aiohttp.web import WebSocketResponse


class Probe:
    def __init__(self, socket: WebSocketResponse) -> None:
        self._socket = socket
        self._word = b""
        self._answered: asyncio.Event | None = None

    async def is_answered(self, within_s: float) -> bool:
        self._word, self._answered = secrets.token_bytes(8), asyncio.Event()
        try:
            async with asyncio.timeout(within_s):
                await self._socket.ping(self._word)
                await self._answered.wait()
        except (TimeoutError, ClientConnectionResetError):
            return False
        finally:
            self._answered = None
        return True

    def heard(self, pong: bytes) -> None:
        if self._answered is not None and pong == self._word:
            self._answered.set()
