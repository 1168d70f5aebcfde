"""An eMSP of the newest version that orders, unless a test asks for another."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from tests.cpo_adapter.commands.ordering import Ordering, ordering


@pytest.fixture
async def orders(mongo: Mongo, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Ordering]:
    """Its parameter, if any, is the version of the eMSP."""
    async with ordering(mongo, tmp_path, version=getattr(request, "param", "2.3.0")) as running:
        yield running
