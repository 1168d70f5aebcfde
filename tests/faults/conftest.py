"""What the scenarios run on: a nursery of hubs a file, a database of each test's own; and what they tell."""

import os
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from tests.faults.forms import IS_FULL, SEED
from tests.faults.story import Story
from tests.faults.supervisor import HubProcess, Nursery, database_name, open_nursery


def pytest_sessionstart(session: pytest.Session) -> None:
    """A full form takes minutes, and says how far it is."""
    capture = session.config.pluginmanager.get_plugin("capturemanager")
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if not IS_FULL or capture is None or terminal is None:
        return

    def say(line: str) -> None:
        with capture.global_and_fixture_disabled():
            terminal.write_line(line, flush=True)

    Story.aloud = say


def pytest_report_header() -> str:
    return f"faults: {'full' if IS_FULL else 'short'} form, FAULT_SEED={SEED}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Whatever a scenario fails of, it shows what has happened until then."""
    report = yield
    if call.when == "call" and report.failed:
        report.sections.append(("story", "\n".join(Story.told)))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if Story.told:
        terminalreporter.section("scenarios")
    for line in Story.told:
        terminalreporter.write_line(line)


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    if not hasattr(os, "pidfd_open"):
        pytest.skip("processes are watched by their descriptors, which only Linux has")
    with open_nursery(tmp_path_factory.mktemp("nursery")) as opened:
        yield opened


@pytest.fixture
async def hub(nursery: Nursery, mongo_url: str, tmp_path: Path) -> AsyncIterator[HubProcess]:
    """Ready, and gone with its database afterwards."""
    process = HubProcess(nursery, database_name(), mongo_url, tmp_path)
    await process.begin()
    yield process
    await process.end()
    database = await Mongo.connect(mongo_url, process.database)
    await database.drop()
    database.close()
