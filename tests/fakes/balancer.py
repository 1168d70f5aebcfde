"""A load balancer: each request to the next of several servers, and to the one after it if that is gone."""

import itertools
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import ClientConnectionError, ClientConnectorError, ClientSession, TCPConnector, hdrs, web
from multidict import CIMultiDict
from yarl import URL

_OF_THE_CONNECTION = (hdrs.HOST, hdrs.TRANSFER_ENCODING, hdrs.CONNECTION)


class Balancer:
    """`servers` are URLs without a path, and may change at any time; `answered` counts what each has done."""

    def __init__(self, session: ClientSession) -> None:
        self.url = ""
        self.servers: Sequence[str] = ()
        self.answered: Counter[str] = Counter()
        self._session = session
        self._turn = itertools.count()

    async def pass_on(self, request: web.Request) -> web.Response:
        """502 for a request of which nobody knows whether it was done: it is not sent twice."""
        body = await request.read()
        for server in self._in_turn():
            try:
                return await self._ask(server, request, body)
            except ClientConnectorError:
                continue
            except ClientConnectionError:
                return web.Response(status=502)
        return web.Response(status=503)

    async def _ask(self, server: str, request: web.Request, body: bytes) -> web.Response:
        url = URL(server + request.rel_url.raw_path_qs, encoded=True)
        headers = _end_to_end(request.headers.copy())
        async with self._session.request(request.method, url, headers=headers, data=body) as answer:
            answered = await answer.read()
            self.answered[server] += 1
            return web.Response(
                status=answer.status, headers=_end_to_end(answer.headers.copy()), body=answered
            )

    def _in_turn(self) -> Iterator[str]:
        servers, first = list(self.servers), next(self._turn)
        for number in range(len(servers)):
            yield servers[(first + number) % len(servers)]


@asynccontextmanager
async def balancing() -> AsyncIterator[Balancer]:
    async with ClientSession(connector=TCPConnector(force_close=True)) as session:
        balancer = Balancer(session)
        application = web.Application()
        application.router.add_route("*", "/{any:.*}", balancer.pass_on)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        balancer.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield balancer
        finally:
            await runner.cleanup()


def _end_to_end(headers: CIMultiDict[str]) -> CIMultiDict[str]:
    for name in _OF_THE_CONNECTION:
        headers.popall(name, None)
    return headers
