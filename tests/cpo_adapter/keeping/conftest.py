"""A CPO with one station on a database of its own, which may go away."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import ClientSession

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.interfaces import Side
from simulators.partner import SimulatedPartner
from tests.cpo_adapter.sessions.charging import STATIONS, TARIFFS, Charging, answers
from tests.fakes.mongod import OwnMongod, own_mongod
from tests.platforms import EMSP, agree, connect, running_cpo


@pytest.fixture
async def mongod(tmp_path: Path) -> AsyncIterator[OwnMongod]:
    async with own_mongod(tmp_path / "mongod") as mongod:
        yield mongod


@dataclass(frozen=True, slots=True)
class Outage:
    """`charging` goes on whatever happens to `mongod`."""

    charging: Charging
    mongod: OwnMongod
    mongo: Mongo

    async def readiness(self) -> tuple[int, Any]:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{self.charging.cpo.urls['admin']}/readyz", timeout=10)
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
    (tmp_path / "stations.toml").write_text(STATIONS)
    (tmp_path / "tariffs.toml").write_text(TARIFFS)
    files = {"inventory": tmp_path / "stations.toml", "tariffs": tmp_path / "tariffs.toml"}
    mongo = await Mongo.connect(mongod.url, "outage")
    async with (
        running_cpo(mongo, SystemClock(), tmp_path, **files) as cpo,
        SimulatedPartner(("EMSP", EMSP)) as emsp,
        ClientSession() as session,
    ):
        emsp.answer("POST", "tokens", Side.SENDER, answers("ALLOWED"))
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        charging = Charging(cpo, emsp, session)
        await charging.push_token(whitelist="ALLOWED")
        yield Outage(charging, mongod, mongo)
    mongo.close()
