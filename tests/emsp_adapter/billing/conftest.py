from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.emsp_adapter.billing.office import Office, running_office


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with running_office(mongo_url, tmp_path_factory.mktemp("emsp")) as found:
        yield found
