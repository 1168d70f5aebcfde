"""What every test may ask for: a database of its own, and a clock that stands still.

Properties are tried with the same examples in every run, so that a change is judged by itself and not by
luck; `make faults` searches with new ones, and prints the seed of what it finds.

One mongod serves a whole test run, also when pytest-xdist spreads it over processes: the controller starts
it and the workers find its URL in their environment. A run that asks for no database starts none (without
xdist).
"""

import gc
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
import structlog
from hypothesis import HealthCheck, settings

from ocpi.process.embedded_mongo import EmbeddedMongo, database_url
from ocpi.process.mongo import Mongo, commands_to
from tests.fakes.clock import ManualClock
from tests.fakes.mongod import memory
from tests.lent import LentMongo, lent

URL = "PASSERELLE_MONGO_URL"
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines are shared
settings.register_profile("repeatable", _PATIENT, max_examples=50, derandomize=True)
settings.register_profile("searching", _PATIENT, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("EXAMPLES", "repeatable"))
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)  # with the values of locals, as it would be by itself, a traceback takes seconds in which nobody is served
_LONG = frozenset({"faults", "flows", "test_kills.py"})
_of_the_controller = pytest.StashKey[EmbeddedMongo]()


def pytest_configure(config: pytest.Config) -> None:
    is_controller = bool(config.getoption("numprocesses", default=None))
    if is_controller and not config.getoption("collectonly") and not os.environ.get(URL):
        embedded = config.stash[_of_the_controller] = EmbeddedMongo.start(temporary_within=memory())
        os.environ[URL] = embedded.url  # inherited by the workers


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: begun last, one of them would keep a single process busy while the others rest."""
    items.sort(key=lambda item: not _LONG.intersection(item.path.relative_to(item.config.rootpath).parts))


def pytest_collection_finish() -> None:
    """What is imported by now stays, and need not be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure(config: pytest.Config) -> None:
    if embedded := config.stash.get(_of_the_controller, None):
        embedded.stop()


@pytest.fixture(scope="session")
def mongo_url() -> Iterator[str]:
    """The URL of the mongod of this test run.

    In it nothing expires by itself: it goes by the day of this machine, and tests by a clock of their own.
    """
    with database_url() as url:
        with commands_to(urlsplit(url).netloc) as command:
            command({"setParameter": 1, "ttlMonitorEnabled": False})
        yield url


@pytest.fixture
async def mongo(mongo_url: str) -> AsyncIterator[LentMongo]:
    """An empty database, this test's own for as long as it lasts."""
    async with lent(mongo_url) as database:
        yield database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def mongo_of_file(mongo_url: str) -> AsyncIterator[LentMongo]:
    """An empty database for all tests of a file together, on the loop of the whole run."""
    async with lent(mongo_url) as database:
        yield database


@pytest.fixture
async def untouched_mongo(mongo_url: str) -> AsyncIterator[Mongo]:
    """A database that nobody had before or gets afterwards, for a test of the database itself."""
    database = await Mongo.connect(mongo_url, f"test_{uuid.uuid4().hex}")
    yield database
    await database.drop()
    database.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()
