"""What the relay is held against: aiohttp that passes a request on and its answer back; and who answers.

python -m benchmarks.bare_proxy proxy PORT TARGET     a reverse proxy before the URL TARGET
python -m benchmarks.bare_proxy issuer PORT           an eMSP that allows every card, whatever it is shown
"""

import asyncio
import sys
from typing import Final

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler

from ocpi.process.run import main

_NOT_PASSED_ON: Final = frozenset({"host", "content-length", "connection", "transfer-encoding"})
ALLOWED: Final = (
    b'{"data":{"allowed":"ALLOWED","token":{"country_code":"NL","party_id":"MSP","uid":"04A3B2C1D0E9F8",'
    b'"type":"RFID","contract_id":"NL-MSP-C00000001-7","issuer":"A company","valid":true,'
    b'"whitelist":"NEVER","last_updated":"2025-01-01T00:00:00Z"},"authorization_reference":"REF-1"},'
    b'"status_code":1000,"timestamp":"2025-01-01T00:00:00Z"}'
)


async def pass_on(port: int, target: str) -> None:
    session = aiohttp.ClientSession(auto_decompress=False)

    async def relay(request: web.Request) -> web.Response:
        headers = {
            name: value for name, value in request.headers.items() if name.lower() not in _NOT_PASSED_ON
        }
        body = await request.read()
        url = f"{target}{request.rel_url.raw_path_qs}"
        async with session.request(request.method, url, headers=headers, data=body) as answer:
            kept = {
                name: value for name, value in answer.headers.items() if name.lower() not in _NOT_PASSED_ON
            }
            return web.Response(status=answer.status, headers=kept, body=await answer.read())

    await _serve(port, relay)


async def answer(port: int) -> None:
    async def allow(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=ALLOWED, content_type="application/json")

    await _serve(port, allow)


async def _serve(port: int, handler: Handler) -> None:
    application = web.Application()
    application.router.add_route("*", "/{address:.*}", handler)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    role, port_told, *more = sys.argv[1:]
    serving = pass_on(int(port_told), *more) if role == "proxy" else answer(int(port_told))
    sys.exit(main(lambda: serving))
