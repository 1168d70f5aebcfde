from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from simulators.partner import SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.hub.virtual.several import OTHER, Several
from tests.platforms import CPO, EMSP, agree, connect, running_hub


@pytest.fixture
async def several(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Several]:
    """Two CPOs of later versions, in agreement with an eMSP of 2.1.1 that is not yet registered."""
    async with (
        running_hub(mongo, clock, tmp_path) as hub,
        SimulatedPartner(("CPO", CPO)) as cpo,
        SimulatedPartner(("CPO", OTHER), versions=("2.2.1",)) as other,
        SimulatedPartner(("EMSP", EMSP), versions=("2.1.1",)) as emsp,
    ):
        await connect(hub, cpo, "the-cpo", "CPO")
        await connect(hub, other, "the-other", "CPO")
        await agree(hub)
        await agree(hub, cpo=OTHER)
        yield Several(hub, cpo, other, emsp)
