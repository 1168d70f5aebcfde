"""With a collector configured, a request through the hub becomes a span there."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from hub.bootstrap import INDEXES, build
from hub.settings import HubSettings
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from tests.platforms import free_port, running


@pytest.fixture
async def collector() -> AsyncIterator[tuple[str, list[bytes]]]:
    received: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        received.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", received
    await runner.cleanup()


async def test_a_served_request_is_told_to_the_collector(
    mongo: Mongo, tmp_path: Path, collector: tuple[str, list[bytes]]
) -> None:
    endpoint, received = collector
    settings = HubSettings(
        port=free_port(), admin_port=free_port(), data_folder=tmp_path, otlp_endpoint=endpoint
    )
    async with (
        running(settings, mongo, SystemClock(), build, INDEXES) as hub,
        aiohttp.ClientSession() as session,
        session.get(hub.versions_url) as answer,
    ):
        assert answer.status == 401
    assert any(b"passerelle_hub" in body and b"http.response.status_code" in body for body in received)
