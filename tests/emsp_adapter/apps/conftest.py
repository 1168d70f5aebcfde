from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.emsp_adapter.apps.counter import Counter, running_counter


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def counter(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    async with running_counter(mongo_url, tmp_path_factory.mktemp("emsp")) as running:
        yield running
