"""One platform of each kind and version for all conformance tests; what is not tested is printed, and why."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.conformance.not_applicable import REASONS
from tests.conformance.stages import Stage, staged

Staged = Callable[[str, str], Awaitable[Stage]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not any("conformance" in str(argument) for argument in config.args):
        return
    terminalreporter.section("conformance cases without a test")
    for number, reason in sorted(REASONS.items()):
        terminalreporter.line(f"{number}  {reason}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stages(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Staged]:
    """Started when first asked for."""
    started: dict[tuple[str, str], Stage] = {}
    async with AsyncExitStack() as stack:

        async def stage(kind: str, version: str) -> Stage:
            if (kind, version) not in started:
                folder = tmp_path_factory.mktemp(f"{kind}-{version}")
                opened = staged(kind, version, mongo_url, folder)
                started[kind, version] = await stack.enter_async_context(opened)
            return started[kind, version]

        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def stage(request: pytest.FixtureRequest, stages: Staged) -> Stage:
    """The platform that `on` names."""
    kind, version = request.param
    return await stages(kind, version)
