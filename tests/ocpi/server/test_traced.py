"""A door answers alike by itself and within the application that tracing needs."""

import asyncio
from pathlib import Path

import pytest
from yarl import URL

from ocpi.process.mongo import Mongo
from simulators.partner import SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.fakes.raw_http import request
from tests.ocpi.server.test_door import LOCATION, PATH, authorized
from tests.platforms import connect, running_hub

NOBODY = "http://127.0.0.1:9"


@pytest.mark.parametrize("collector", [None, NOBODY])
async def test_who_asks_whether_to_send_its_body_is_told_to_once(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, cpo: SimulatedPartner, collector: str | None
) -> None:
    async with running_hub(mongo, clock, tmp_path, otlp_endpoint=collector) as hub:
        await connect(hub, cpo, "the-cpo", "CPO")
        where = URL(hub.url)
        reader, writer = await asyncio.open_connection(where.host, where.port)
        lines = (*authorized(cpo), b"Expect: 100-continue", b"Content-Length: %d" % len(LOCATION))
        writer.write(request("PUT", PATH, *lines))
        async with asyncio.timeout(10):
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(LOCATION)
            head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 201 ")
        writer.close()
