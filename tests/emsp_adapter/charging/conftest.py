import pytest

from tests.emsp_adapter.conftest import Issuing
from tests.emsp_adapter.obeying import Obeying


@pytest.fixture
def obeying(issuing: Issuing) -> Obeying:
    return Obeying(issuing)
