import pytest

from ocpi.wire.results import unwrapped

RESULT = {"result": "ACCEPTED", "message": []}


@pytest.mark.parametrize(
    "body", [RESULT, {"data": RESULT, "status_code": 1000, "timestamp": "2026-01-01T00:00:00Z"}]
)
def test_a_result_is_read_alone_and_out_of_an_envelope(body: dict[str, object]) -> None:
    """C-120."""
    assert unwrapped(body) == RESULT


@pytest.mark.parametrize("body", [{"status_code": 1000}, {"status_code": 1000, "data": 5}, {"data": RESULT}])
def test_what_holds_no_result_is_left_as_it_is(body: dict[str, object]) -> None:
    assert unwrapped(body) == body
