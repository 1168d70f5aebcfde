"""What the scenarios run on: one nursery of hubs a file, and a database of each test's own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from tests.faults.supervisor import HubProcess, Nursery, database_name, open_nursery


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with open_nursery(tmp_path_factory.mktemp("nursery")) as opened:
        yield opened


@pytest.fixture
async def hub(nursery: Nursery, mongo_url: str, tmp_path: Path) -> AsyncIterator[HubProcess]:
    """Ready, and gone with its database afterwards."""
    process = HubProcess(nursery, database_name(), mongo_url, tmp_path)
    await process.begin()
    yield process
    await process.end()
    database = await Mongo.connect(mongo_url, process.database)
    await database.drop()
    database.close()
