"""A station of the shipped kind: it says a transaction message again until it is answered, with a new id."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType

from tests.cpo_adapter.door import basic

_PATIENCE_S = 12


@dataclass
class PersistentStation:
    """`url` ends before the identity. `errors` are the CALLERRORs that it heard."""

    url: str
    identity: str
    key: bytes
    session: ClientSession
    errors: list[Any] = field(default_factory=list)
    _socket: ClientWebSocketResponse | None = None
    _ids: Iterator[int] = field(default_factory=count)

    async def say(self, action: str, payload: dict[str, Any]) -> Any:
        """The payload of the answer, after however many tries."""
        while True:
            with suppress(ClientError, TimeoutError, ConnectionError):
                return await self._try(action, payload)
            self._socket = None
            await asyncio.sleep(0.2)

    async def _try(self, action: str, payload: dict[str, Any]) -> Any:
        socket = self._socket = self._socket or await self._connected()
        message_id = f"{self.identity}-{next(self._ids)}"
        await socket.send_str(json.dumps([2, message_id, action, payload]))
        async with asyncio.timeout(_PATIENCE_S):
            while (message := await socket.receive()).type is WSMsgType.TEXT:
                frame = json.loads(message.data)
                if frame[0] == 4 and action != "BootNotification":
                    self.errors.append(frame)
                if frame[1] == message_id and frame[0] == 3:
                    return frame[2]
        raise ConnectionError("closed")

    async def _connected(self) -> ClientWebSocketResponse:
        return await self.session.ws_connect(
            f"{self.url}/{self.identity}",
            protocols=("ocpp1.6",),
            headers=basic(self.identity.encode(), self.key),
        )
