"""A CPO and an issuer that tests of this folder charge at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from tests.cpo_adapter.sessions.charging import Charging, running_charging


@pytest.fixture
async def charging(mongo: Mongo, tmp_path: Path) -> AsyncIterator[Charging]:
    async with running_charging(mongo, tmp_path) as charging:
        yield charging
