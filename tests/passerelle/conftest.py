import pytest

from tests import command_line


@pytest.fixture(scope="session", autouse=True)
def _loaded() -> None:
    """By the main thread: a test may run its commands in others."""
    command_line.loaded()
