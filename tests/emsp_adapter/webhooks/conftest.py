from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.emsp_adapter.apps.counter import Counter, running_counter
from tests.emsp_adapter.webhooks.desk import HookDesk
from tests.emsp_adapter.webhooks.mailbox import Mailbox, open_mailbox


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def counter(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    async with running_counter(mongo_url, tmp_path_factory.mktemp("emsp")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with open_mailbox() as mailbox:
        yield mailbox


@pytest_asyncio.fixture(loop_scope="session")
async def desk(counter: Counter, mailbox: Mailbox) -> AsyncIterator[HookDesk]:
    """Its webhooks are gone afterwards, so that no test hears of another's."""
    desk = HookDesk(counter, mailbox, await counter.office())
    yield desk
    await desk.close()
