from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.emsp_adapter.contracts.issuing import Issuer, running_issuer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def issuer(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Issuer]:
    async with running_issuer(mongo_url, tmp_path_factory.mktemp("emsp")) as running:
        yield running
