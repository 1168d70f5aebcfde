"""An eMSP of the newest version that orders; each test of a file has stations of its own at the same CPO."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.cpo_adapter.commands.ordering import LONG, Ordering, Service, serving
from tests.lent import LentMongo


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(
    mongo_of_file: LentMongo, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    async with serving(mongo_of_file, tmp_path_factory.mktemp("cpo")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def orders(service: Service) -> AsyncIterator[Ordering]:
    """Cars charge until somebody ends it."""
    async with service.share(charge=LONG) as orders:
        yield orders


@pytest_asyncio.fixture(loop_scope="session")
async def brief(service: Service) -> AsyncIterator[Ordering]:
    """Cars leave after three seconds."""
    async with service.share() as orders:
        yield orders
