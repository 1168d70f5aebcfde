"""A hub without partners: the smallest platform there is to register with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from simulators.partner import SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.platforms import CPO, EMSP, Running, running_hub


@pytest.fixture
async def hub(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_hub(mongo, clock, tmp_path) as service:
        yield service


@pytest.fixture
async def cpo() -> AsyncIterator[SimulatedPartner]:
    async with SimulatedPartner(("CPO", CPO)) as partner:
        yield partner


@pytest.fixture
async def emsp() -> AsyncIterator[SimulatedPartner]:
    async with SimulatedPartner(("EMSP", EMSP)) as partner:
        yield partner
