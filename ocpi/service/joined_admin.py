"""The admin port of a service that is several processes.

Health and numbers are those of all workers together: the service is ready while one of them is, and says so
where another is not. Everything else is passed on to one worker, which asks for the operator's token itself.
"""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

import orjson
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, hdrs, web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from ocpi.admin.problems import problem, problem_middleware
from ocpi.process import health
from ocpi.process.workers import numbers
from ocpi.process.workers.numbers import Numbers, Told
from ocpi.process.workers.pool import Pool, Worker
from ocpi.server.answers import without_server_header

ANSWERS_WITHIN_S: Final = 4.0  # a worker's own checks take up to three
PARENT: Final = "parent"
_OF_THE_CONNECTION: Final = (
    hdrs.CONNECTION,
    hdrs.HOST,
    hdrs.KEEP_ALIVE,
    hdrs.TE,
    hdrs.TRAILER,
    hdrs.TRANSFER_ENCODING,
    hdrs.UPGRADE,
)


class JoinedAdmin:
    """Use it as a context manager: it keeps connections to the workers."""

    def __init__(self, service: str, pool: Pool) -> None:
        self._service = service
        self._pool = pool
        self._numbers = Numbers()
        self._session: ClientSession | None = None
        self.application = web.Application(middlewares=[problem_middleware])
        self.application.on_response_prepare.append(without_server_header)
        own = {
            "/livez": self._livez,
            "/readyz": self._readyz,
            "/metrics": self._metrics,
            "/version": self._version,
        }
        self.application.router.add_routes(web.get(path, handler) for path, handler in own.items())
        self.application.router.add_route("*", "/{any:.*}", self._pass_on)

    async def __aenter__(self) -> Self:
        self._session = ClientSession(cookie_jar=DummyCookieJar(), auto_decompress=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self._to_workers.close()

    @property
    def _to_workers(self) -> ClientSession:
        if self._session is None:
            raise RuntimeError("no worker can be asked outside of the context")
        return self._session

    async def _livez(self, _: web.Request) -> web.Response:
        return health.told({"alive": True})

    async def _readyz(self, _: web.Request) -> web.Response:
        workers = self._pool.workers
        bodies = await asyncio.gather(*(self._ask(worker, "/readyz") for worker in workers))
        found = [_readiness(body) for body in bodies]
        ready = [told["ready"] is True for told in found]
        each = {str(worker.number): told for worker, told in zip(workers, found, strict=True)}
        degraded = not all(ready) or any(told.get("degraded") for told in found)
        joined = {"ready": any(ready), "degraded": degraded, "workers": each}
        return health.told(joined, status=200 if any(ready) else 503)

    async def _metrics(self, request: web.Request) -> web.Response:
        told = {PARENT: Told(0, list(self._pool.metrics.families()))}
        workers = self._pool.serving()
        lives = [worker.lives for worker in workers]
        bodies = await asyncio.gather(*(self._ask(worker, numbers.PATH) for worker in workers))
        for worker, life, body in zip(workers, lives, bodies, strict=True):
            if body is not None and worker.lives == life:
                told[str(worker.number)] = Told(life, numbers.read(body))
        body, content_type = self._numbers.exposition(told, request.headers.get(hdrs.ACCEPT, ""))
        return web.Response(body=body, headers={hdrs.CONTENT_TYPE: content_type})

    async def _version(self, _: web.Request) -> web.Response:
        return health.told({**health.about(self._service), "workers": len(self._pool.workers)})

    async def _ask(self, worker: Worker, path: str) -> bytes | None:
        """None where the worker does not serve, or not in time."""
        if not worker.is_serving:
            return None
        with suppress(ClientError, TimeoutError):
            async with (
                worker.while_it_lives(ANSWERS_WITHIN_S),
                self._to_workers.get(f"{worker.url}{path}", timeout=ClientTimeout(total=None)) as answer,
            ):
                return await answer.read()
        return None

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        """To the first that serves, so that an operator who asks twice asks the same one."""
        worker = next(iter(self._pool.serving()), None)
        if worker is None:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "no worker serves now: ask again in a moment")
        try:
            answer = await self._to_workers.request(
                request.method,
                URL(f"{worker.url}{request.rel_url.raw_path_qs}", encoded=True),
                headers=_end_to_end(request.headers),
                data=await request.read(),
                allow_redirects=False,
                timeout=ClientTimeout(total=None, sock_connect=ANSWERS_WITHIN_S),
            )
        except ClientError:
            return problem(HTTPStatus.BAD_GATEWAY, "the worker ended before it answered: ask again")
        async with answer:
            return await _relayed(request, answer)


async def _relayed(request: web.Request, answer: ClientResponse) -> web.StreamResponse:
    """As it comes, however long it is."""
    response = web.StreamResponse(
        status=answer.status, reason=answer.reason, headers=_end_to_end(answer.headers)
    )
    await response.prepare(request)
    async for chunk in answer.content.iter_any():
        await response.write(chunk)
    await response.write_eof()
    return response


def _readiness(body: bytes | None) -> dict[str, Any]:
    if body is None:
        return {"ready": False, "trouble": "it does not answer; the log says why, if it has ended"}
    return dict(orjson.loads(body))


def _end_to_end(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    kept = headers.copy()
    for name in _OF_THE_CONNECTION:
        kept.popall(name, None)
    return kept
