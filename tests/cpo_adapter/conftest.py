"""A door with small rooms behind it; and a whole adapter of each file's own, with a place for each test.

A file whose adapter has to be another one has a `yard` of its own.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ocpi.process.mongo import Mongo
from tests.cpo_adapter.door import Door, running_door
from tests.cpo_adapter.rooms import Cards, Sessions, Stations
from tests.cpo_adapter.sessions.yard import Place, Yard, running_yard


@pytest.fixture
async def door(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """Its parameter, if any, is how many seconds it waits for a station to answer."""
    patience_s = getattr(request, "param", 30)
    async with running_door(Stations(), Cards(), Sessions(), patience_s=patience_s) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def yard(mongo_of_file: Mongo, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Yard]:
    async with running_yard(mongo_of_file, tmp_path_factory.mktemp("cpo")) as running:
        yield running


@pytest.fixture
def place(yard: Yard) -> Place:
    return yard.place()
