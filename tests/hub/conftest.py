from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from tests.fakes.clock import ManualClock
from tests.roaming import Roaming, roaming_on


@pytest.fixture
async def roaming(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Roaming]:
    async with roaming_on(mongo, clock, tmp_path) as service:
        yield service
