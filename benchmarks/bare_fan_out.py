"""What fan-out is held against: a client loop of aiohttp that posts one body to many, and nothing more.

    python -m benchmarks.bare_fan_out PORT RECEIVERS_URL PARTNERS

POST /fan_out   the body goes to each partner by PUT, as the hub addresses it; answered when all have it
"""

import asyncio
import sys
import uuid
from collections import deque

import aiohttp
from aiohttp import web

from ocpi.process.run import main

AT_ONCE = 32


async def serve(port: int, receivers: str, partners: int) -> None:
    connector = aiohttp.TCPConnector(limit=256, limit_per_host=AT_ONCE)
    session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
    urls = [f"{receivers}/p{n}/receiver/locations/FR/CPO/LOC1" for n in range(partners)]

    async def fan_out(request: web.Request) -> web.Response:
        body, waiting = await request.read(), deque(urls)

        async def work() -> None:
            while waiting:
                async with session.put(waiting.popleft(), data=body, headers=_headers()) as answer:
                    await answer.read()

        async with asyncio.TaskGroup() as workers:
            for _ in range(AT_ONCE):
                workers.create_task(work())
        return web.Response(body=b"{}")

    application = web.Application()
    application.add_routes([web.post("/fan_out", fan_out)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


def _headers() -> dict[str, str]:
    return {
        "Authorization": "Token ZGVtb2RlbW9kZW1vZGVtbw==",
        "Content-Type": "application/json",
        "X-Request-ID": str(uuid.uuid4()),
        "X-Correlation-ID": str(uuid.uuid4()),
        "OCPI-to-party-id": "MSP",
        "OCPI-to-country-code": "NL",
        "OCPI-from-party-id": "HUB",
        "OCPI-from-country-code": "FR",
    }


if __name__ == "__main__":
    sys.exit(main(lambda: serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
