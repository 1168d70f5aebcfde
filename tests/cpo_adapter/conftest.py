"""A door with small rooms behind it."""

from collections.abc import AsyncIterator

import pytest

from tests.cpo_adapter.door import Door, running_door
from tests.cpo_adapter.rooms import Cards, Sessions, Stations


@pytest.fixture
async def door(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """Its parameter, if any, is how many seconds it waits for a station to answer."""
    patience_s = getattr(request, "param", 30)
    async with running_door(Stations(), Cards(), Sessions(), patience_s=patience_s) as running:
        yield running
