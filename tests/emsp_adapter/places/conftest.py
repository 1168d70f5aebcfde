from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.emsp_adapter.apps.counter import Counter, running_counter
from tests.emsp_adapter.places.towns import Town


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def counter(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    async with running_counter(mongo_url, tmp_path_factory.mktemp("emsp")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def town(counter: Counter) -> Town:
    return Town(counter, await counter.holder())
