from collections.abc import AsyncIterator

import pytest

from ocpi.process.egress import Egress


@pytest.fixture
async def egress() -> AsyncIterator[Egress]:
    """One that may reach the loopback, as in development."""
    async with Egress(allow_private=True) as way_out:
        yield way_out
