"""A square of its own for each file here."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.emsp_adapter.sync.square import Network, Square, running_square


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def square(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Square]:
    async with running_square(mongo_url, tmp_path_factory.mktemp("emsp")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def cpo(square: Square) -> AsyncIterator[Network]:
    """Of 2.3.0, with empty lists that were fetched once."""
    async with square.network() as network:
        yield network
