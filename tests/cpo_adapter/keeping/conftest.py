"""A CPO with one station on a database of its own, which may go away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from ocpi.process.mongo import Mongo
from tests.cpo_adapter.sessions.charging import Charging, running_charging
from tests.fakes.eventually import PATIENCE_S
from tests.fakes.mongod import OwnMongod, own_mongod


@pytest.fixture
async def mongod() -> AsyncIterator[OwnMongod]:
    async with own_mongod() as mongod:
        yield mongod


@dataclass(frozen=True, slots=True)
class Outage:
    """`charging` goes on whatever happens to `mongod`."""

    charging: Charging
    mongod: OwnMongod
    mongo: Mongo

    async def readiness(self) -> tuple[int, Any]:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{self.charging.cpo.urls['admin']}/readyz", timeout=PATIENCE_S)
        return answer.status_code, answer.json()

    async def is_all_well(self) -> bool:
        http, told = await self.readiness()
        return http == 200 and not told["degraded"]

    def number(self, name: str) -> float:
        """A metric by its name and labels as they are written."""
        body, _ = self.charging.cpo.foundation.metrics.exposition()
        lines = (line.rpartition(" ") for line in body.decode().splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}[f"passerelle_{name}"]

    def billed_kwh(self) -> list[float]:
        return sorted(float(bill["total_energy"]) for bill in self.charging.bills())


@pytest.fixture
async def outage(mongod: OwnMongod, tmp_path: Path) -> AsyncIterator[Outage]:
    mongo = await Mongo.connect(mongod.url, "outage")
    async with running_charging(mongo, tmp_path, whitelist="ALLOWED") as charging:
        yield Outage(charging, mongod, mongo)
    await asyncio.to_thread(mongo.close)  # it takes its leave of mongod, by the relay on this loop
