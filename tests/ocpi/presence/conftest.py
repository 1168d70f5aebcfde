"""Both adapters behind a hub that tells who else is connected to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import NOWHERE
from ocpi.wire.interfaces import Side
from simulators.partner import Heard, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.platforms import CPO, EMSP, HUB, Running, connect, running_cpo, running_emsp

DEALT_WITH = {"cpo": "EMSP", "emsp": "CPO"}


@dataclass(frozen=True, slots=True)
class BehindAHub:
    """`role` is that of the parties which the platform deals with."""

    platform: Running
    hub: SimulatedPartner
    role: str

    async def tells(self, info: dict[str, Any], *path: str, method: str = "PUT") -> Heard:
        address = path or (info["country_code"], info["party_id"])
        body = None if method == "GET" else info
        return await self.hub.call(
            method, "hubclientinfo", Side.RECEIVER, *address, routing=NOWHERE, body=body
        )

    async def listed(self) -> Any:
        return await asyncio.to_thread(self.platform.admin.get, "/hub_clients")

    def of(self, status: str, **changes: Any) -> dict[str, Any]:
        told = {"country_code": "DE", "party_id": "OTH", "role": self.role, "status": status}
        return {**told, "last_updated": "2026-01-01T00:00:00Z", **changes}


def _running(
    which: str, mongo: Mongo, clock: ManualClock, folder: Path
) -> AbstractAsyncContextManager[Running]:
    return running_cpo(mongo, clock, folder) if which == "cpo" else running_emsp(mongo, clock, folder)


@pytest.fixture(params=["cpo", "emsp"])
async def behind(
    request: pytest.FixtureRequest, mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[BehindAHub]:
    which: str = request.param
    async with (
        _running(which, mongo, clock, tmp_path) as platform,
        SimulatedPartner(("CPO", CPO), ("EMSP", EMSP), hub_party=HUB) as hub,
    ):
        hub.publishes("hubclientinfo", [])
        await connect(platform, hub, "the-hub", "HUB", "CPO", "EMSP")
        yield BehindAHub(platform, hub, DEALT_WITH[which])
