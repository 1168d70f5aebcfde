"""Each of the three services records by itself: adapters are useful without the hub."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from simulators.partner import SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.platforms import CPO, EMSP, Running, connect, running_cpo, running_emsp
from tests.recorded import listed, told

Service = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.mark.parametrize(
    ("service", "role", "party"), [(running_cpo, "EMSP", EMSP), (running_emsp, "CPO", CPO)]
)
async def test_an_adapter_records_what_it_hears_and_says(
    service: Service, role: str, party: Any, mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with service(mongo, clock, tmp_path) as adapter, SimulatedPartner((role, party)) as partner:
        await connect(adapter, partner, "the-partner", role)
        handshake = [told(each) for each in await listed(adapter, partner="the-partner")]
        assert ("in", "credentials", "POST") in handshake
        assert ("out", "versions", "GET") in {told(each) for each in await listed(adapter)}


async def test_an_operator_who_wants_no_records_has_none(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with running_emsp(mongo, clock, tmp_path, record_days=0) as adapter:
        async with SimulatedPartner(("CPO", CPO)) as partner:
            await connect(adapter, partner, "the-partner", "CPO")
        assert await listed(adapter) == []
