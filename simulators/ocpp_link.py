"""The `ocpp` package as a station over an aiohttp websocket.

The package wants two methods of a connection; a closed one raises, which ends its reading loop.
"""

from aiohttp import ClientWebSocketResponse, WSMsgType
from ocpp import messages

messages.ASYNC_VALIDATION = False  # its thread pool costs more than the validation


class LinkLost(Exception):
    """The websocket ended; the text says how."""


class Link:
    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket

    async def recv(self) -> str:
        message = await self._socket.receive()
        if message.type is not WSMsgType.TEXT:
            raise LinkLost(f"{message.type.name} {self._socket.close_code}")
        return str(message.data)

    async def send(self, frame: str) -> None:
        try:
            await self._socket.send_str(frame)
        except ConnectionResetError as error:
            raise LinkLost(str(error)) from error
