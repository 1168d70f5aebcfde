"""The admin port of several workers: what is theirs is passed on whole, what is joined is joined."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from aiohttp import web

from ocpi.process.health import HealthChecks, routes
from ocpi.process.metrics import Metrics
from ocpi.process.run import Site, listening
from ocpi.process.workers import numbers
from ocpi.process.workers.pool import Pool
from ocpi.service.joined_admin import JoinedAdmin
from tests.fakes.clock import ManualClock

LONG = b"line\n" * 500_000


@dataclass(slots=True)
class Joined:
    pool: Pool
    client: httpx.AsyncClient
    troubles: dict[int, str]

    async def readyz(self) -> tuple[int, Any]:
        answer = await self.client.get("/readyz")
        return answer.status_code, answer.json()


def worker(number: int, troubles: dict[int, str], clock: ManualClock) -> web.Application:
    async def check() -> None:
        if number in troubles:
            raise RuntimeError(troubles[number])

    async def repeat(request: web.Request) -> web.Response:
        asked = {"worker": number, "path": request.raw_path, "token": request.headers["Authorization"]}
        return web.json_response({**asked, "body": await request.text()}, status=201)

    async def long(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/csv"})
        await response.prepare(request)
        await response.write(LONG)
        return response

    async def ends(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    checks, metrics = HealthChecks(clock=clock), Metrics()
    checks.add("database", check)
    metrics.counter("calls", "Calls.").inc(number)
    app = web.Application()
    app.add_routes([*routes("hub", checks, metrics), numbers.route(metrics)])
    app.add_routes(
        [
            web.post("/admin/v1/{any:.*}", repeat),
            web.get("/admin/v1/long", long),
            web.get("/admin/v1/ends", ends),
        ]
    )
    return app


@pytest.fixture
async def joined(clock: ManualClock) -> AsyncIterator[Joined]:
    troubles: dict[int, str] = {}
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(Pool(command=[], environ={}, count=2, clock=clock))
        for each in pool.workers:
            site = Site(name="admin", app=worker(each.number, troubles, clock), port=0)
            each.url = (await stack.enter_async_context(listening([site])))["admin"]
            each.is_serving = True
        admin = await stack.enter_async_context(JoinedAdmin("hub", pool))
        urls = await stack.enter_async_context(listening([Site(name="admin", app=admin.application, port=0)]))
        client = httpx.AsyncClient(base_url=urls["admin"], trust_env=False)
        yield Joined(pool, await stack.enter_async_context(client), troubles)


async def test_the_service_is_ready_while_one_worker_is_and_says_that_another_is_not(joined: Joined) -> None:
    http, told = await joined.readyz()
    assert (http, told["ready"], told["degraded"]) == (200, True, False)

    joined.troubles[2] = "MongoDB does not answer"
    http, told = await joined.readyz()
    assert (http, told["ready"], told["degraded"]) == (200, True, True)
    assert told["workers"]["2"]["checks"]["database"]["trouble"] == "MongoDB does not answer"
    assert told["workers"]["1"]["ready"] is True

    joined.pool.workers[0].is_serving = False
    http, told = await joined.readyz()
    assert (http, told["ready"], told["degraded"]) == (503, False, True)
    assert "trouble" in told["workers"]["1"]


async def test_the_parent_is_alive_whatever_its_workers_are(joined: Joined) -> None:
    for each in joined.pool.workers:
        each.is_serving = False
    assert (await joined.client.get("/livez")).json() == {"alive": True}


async def test_the_version_says_how_many_they_are(joined: Joined) -> None:
    told = (await joined.client.get("/version")).json()
    assert (told["service"], told["workers"]) == ("hub", 2)


async def test_numbers_are_those_of_all(joined: Joined) -> None:
    lines = (await joined.client.get("/metrics")).text.splitlines()
    assert "passerelle_calls_total 3.0" in lines
    joined.pool.workers[1].is_serving = False
    lines = (await joined.client.get("/metrics")).text.splitlines()
    assert "passerelle_calls_total 3.0" in lines
    assert 'passerelle_workers{state="serving"} 1.0' in lines


async def test_what_an_operator_asks_reaches_one_worker_whole(joined: Joined) -> None:
    answer = await joined.client.post(
        "/admin/v1/partners/a%2Fb?x=1", content=b"{}", headers={"Authorization": "Bearer t"}
    )
    assert answer.status_code == 201
    asked = {"worker": 1, "path": "/admin/v1/partners/a%2Fb?x=1", "token": "Bearer t", "body": "{}"}
    assert answer.json() == asked
    joined.pool.workers[0].is_serving = False
    answer = await joined.client.post("/admin/v1/x", headers={"Authorization": "Bearer t"})
    assert answer.json()["worker"] == 2


async def test_a_long_answer_comes_as_it_is(joined: Joined) -> None:
    answer = await joined.client.get("/admin/v1/long")
    assert (answer.headers["Content-Type"], answer.content) == ("text/csv", LONG)


async def test_a_worker_that_ends_meanwhile_and_none_at_all_are_problems(joined: Joined) -> None:
    ended = await joined.client.get("/admin/v1/ends")
    for each in joined.pool.workers:
        each.is_serving = False
    none = await joined.client.get("/admin/v1/long")
    assert (ended.status_code, none.status_code) == (502, 503)
    for answer in (ended, none):
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert answer.json()["detail"]
