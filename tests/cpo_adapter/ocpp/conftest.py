"""The versions that share their messages."""

import pytest


@pytest.fixture(params=["ocpp2.0.1", "ocpp2.1"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)
