"""What we send fits its schema; what a station sends is graded."""

import pytest
from ocpp.v16 import call

from cpo_adapter.ocpp import validation
from cpo_adapter.ocpp.casing import payload
from cpo_adapter.ocpp.refusal import Refusal
from cpo_adapter.ocpp.validation import Gravity, Part
from schemas.codec import Json


@pytest.mark.parametrize(
    ("boot", "gravity"),
    [
        ({"chargePointVendor": "v" * 50, "chargePointModel": "M"}, Gravity.SIN),
        ({"chargePointVendor": "V", "chargePointModel": "M", "more": 1}, Gravity.SIN),
        ({"chargePointVendor": "V"}, Gravity.MISSING),
        ({"chargePointVendor": "V", "chargePointModel": 7}, Gravity.WRONG_TYPE),
        ([], Gravity.WRONG_TYPE),
    ],
)
def test_deviations_are_graded(boot: Json, gravity: Gravity) -> None:
    found = validation.problems("v16", "BootNotification", Part.REQUEST, boot)

    assert [problem.gravity for problem in found] == [gravity]


def test_a_problem_names_the_place_and_not_the_value() -> None:
    (problem,) = validation.problems(
        "v16", "Authorize", Part.REQUEST, {"idTag": "SECRET-CARD-NUMBER-TOO-LONG"}
    )

    assert str(problem) == "idTag: MaxLength"


def test_a_time_in_words_is_a_sin() -> None:
    """L-13."""
    start: Json = {"connectorId": 1, "idTag": "C", "meterStart": 0, "timestamp": "yesterday"}

    (problem,) = validation.problems("v16", "StartTransaction", Part.REQUEST, start)
    assert problem.gravity is Gravity.SIN


def test_what_we_send_must_fit() -> None:
    validation.must_fit("v16", "RemoteStartTransaction", Part.REQUEST, {"idTag": "C", "connectorId": 1})
    with pytest.raises(Refusal, match="RemoteStartTransaction idTag: MaxLength"):
        validation.must_fit("v16", "RemoteStartTransaction", Part.REQUEST, {"idTag": "C" * 21})


def test_keys_are_spelled_as_the_specification_does() -> None:
    message = call.RemoteStartTransaction(id_tag="C", connector_id=2)

    assert payload(message) == {"idTag": "C", "connectorId": 2}
