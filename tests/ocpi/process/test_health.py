"""What a process tells its keepers, asked over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from importlib import metadata

import aiohttp
import pytest
from aiohttp import web

from ocpi.process import health
from ocpi.process.clock import SystemClock
from ocpi.process.health import Degraded, HealthChecks
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import Mongo
from ocpi.process.run import Site, listening


@pytest.fixture
def checks() -> HealthChecks:
    return HealthChecks(clock=SystemClock(), within_s=0.1)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def operations(checks: HealthChecks, metrics: Metrics) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the port for operations."""
    app = web.Application()
    app.add_routes(health.routes("hub", checks, metrics))
    async with (
        listening([Site(name="operations", app=app, port=0)]) as urls,
        aiohttp.ClientSession(urls["operations"]) as client,
    ):
        yield client


async def all_is_well() -> None:
    pass


async def no_route() -> None:
    raise OSError("no route to mongodb://hub:hunter2@db")


async def on_one_leg() -> None:
    raise Degraded("the journal takes what the database does not")


async def test_a_process_that_can_work_says_so_check_by_check(
    operations: aiohttp.ClientSession, checks: HealthChecks, mongo: Mongo
) -> None:
    checks.add("mongo", mongo.ping)
    answer = await operations.get("/readyz")
    told = await answer.json()
    assert answer.status == 200
    assert told["ready"] is True
    assert told["checks"]["mongo"]["ok"] is True


async def test_one_failing_check_makes_503_and_says_what_it_found(
    operations: aiohttp.ClientSession, checks: HealthChecks
) -> None:
    checks.add("hub", all_is_well)
    checks.add("mongo", no_route)
    answer = await operations.get("/readyz")
    told = await answer.json()
    assert answer.status == 503
    assert told["ready"] is False
    assert told["checks"]["hub"]["ok"] is True
    assert told["checks"]["mongo"]["trouble"] == "no route to mongodb://hub:***@db"


async def test_a_check_may_find_that_work_is_done_but_not_as_it_should(
    operations: aiohttp.ClientSession, checks: HealthChecks
) -> None:
    checks.add("hub", all_is_well)
    checks.add("mongo", on_one_leg)
    answer = await operations.get("/readyz")
    told = await answer.json()
    assert (answer.status, told["ready"], told["degraded"]) == (200, True, True)
    assert told["checks"]["mongo"]["trouble"] == "the journal takes what the database does not"
    checks.add("hub", no_route)
    answer = await operations.get("/readyz")
    assert (answer.status, (await answer.json())["ready"]) == (503, False)


async def test_a_check_that_hangs_has_failed(operations: aiohttp.ClientSession, checks: HealthChecks) -> None:
    checks.add("slow", asyncio.Event().wait)
    async with asyncio.timeout(10):
        told = await (await operations.get("/readyz")).json()
    assert told["checks"]["slow"]["trouble"] == "no answer within 0.1 s"


async def test_a_failing_check_is_no_reason_to_be_restarted(
    operations: aiohttp.ClientSession, checks: HealthChecks
) -> None:
    checks.add("mongo", no_route)
    assert (await operations.get("/livez")).status == 200


async def test_the_numbers_are_told_in_prometheus_format(
    operations: aiohttp.ClientSession, metrics: Metrics
) -> None:
    metrics.counter("cdrs", "CDRs.").inc()
    answer = await operations.get("/metrics")
    assert answer.content_type == "text/plain"
    assert "passerelle_cdrs_total 1.0" in await answer.text()


async def test_it_says_which_service_and_version_it_is(operations: aiohttp.ClientSession) -> None:
    told = await (await operations.get("/version")).json()
    assert told["service"] == "hub"
    assert told["version"] == metadata.version("passerelle")
