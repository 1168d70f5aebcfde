from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from tests.emsp_adapter.bench import Bench
from tests.emsp_adapter.conftest import Issuing
from tests.emsp_adapter.obeying import Obeying
from tests.fakes.clock import ManualClock


@pytest.fixture
def obeying(issuing: Issuing) -> Obeying:
    return Obeying(issuing)


@pytest.fixture
def bench(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> Bench:
    return Bench(mongo, clock, tmp_path)
