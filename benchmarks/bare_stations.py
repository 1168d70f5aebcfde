"""What the adapter is held against: a `ChargePoint` of the `ocpp` package as it comes, which stores nothing.

    python -m benchmarks.bare_stations PORT

/ocpp/{identity} answers every message, after the package's own validation in its own threads.
/idle/{identity} is a bare aiohttp websocket that answers nothing.
"""

import asyncio
import sys
from contextlib import suppress
from typing import Any

from aiohttp import web
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result

from ocpi.process.run import main


class Link:
    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def recv(self) -> str:
        return str(await self._socket.receive_str())

    async def send(self, frame: str) -> None:
        await self._socket.send_str(frame)


class Bare(ChargePoint):
    @on("MeterValues")  # type: ignore[no-untyped-call, untyped-decorator]
    async def metered(self, **_: Any) -> call_result.MeterValues:
        return call_result.MeterValues()


async def talk(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(protocols=("ocpp1.6",), compress=False)
    await socket.prepare(request)
    with suppress(TypeError):  # the station is gone: `receive_str` got a close
        await Bare(request.match_info["identity"], Link(socket)).start()  # type: ignore[no-untyped-call]
    return socket


async def idle(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(protocols=("ocpp1.6",), compress=False)
    await socket.prepare(request)
    async for _ in socket:
        pass
    return socket


async def serve(port: int) -> None:
    application = web.Application()
    application.add_routes([web.get("/ocpp/{identity}", talk), web.get("/idle/{identity}", idle)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    sys.exit(main(lambda: serve(int(sys.argv[1]))))
