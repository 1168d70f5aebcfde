"""What the stations of each version can be told: typed, in the schema's spelling, or refused in words."""

from typing import Any

import pytest

from cpo_adapter.ocpp import validation
from cpo_adapter.ocpp.effects import Kind
from cpo_adapter.ocpp.flaws import Unfitting
from cpo_adapter.ocpp.orders import Call
from cpo_adapter.ocpp.typed import spelled, typed
from cpo_adapter.ocpp.v16.vocabulary import VOCABULARY as V16
from cpo_adapter.ocpp.v21.vocabulary import VOCABULARY as V21
from cpo_adapter.ocpp.v201.vocabulary import VOCABULARY as V201
from cpo_adapter.ocpp.validation import Part
from cpo_adapter.ocpp.vocabulary import NotCalled, Vocabulary
from tests.cpo_adapter.ocpp.sampled import full, least

VOCABULARIES = (V16, V201, V21)
CALLED = [(each, action) for each in VOCABULARIES for action in each.called]
POINT = {"x": 1, "y": 2}
CURVE: dict[str, Any] = {"priority": 0, "yUnit": "PctMaxW", "curveData": [POINT]}
DER: dict[str, Any] = {"isDefault": True, "controlId": "1", "controlType": "VoltWatt"}


def pointers(action: str, payload: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Unfitting) as caught:
        V21.spoken(Call(action, payload))
    return {flaw.pointer: flaw.text for flaw in caught.value.flaws}


@pytest.mark.parametrize(
    ("vocabulary", "action"), CALLED, ids=[f"{each.schemas}-{name}" for each, name in CALLED]
)
def test_a_call_is_typed_and_spelled_again_as_its_schema_has_it(vocabulary: Vocabulary, action: str) -> None:
    """With every key that there is, and with those alone that must be (L-16)."""
    schema = validation.schema(vocabulary.schemas, action, Part.REQUEST)
    for payload in (full(schema), least(schema)):
        message = typed(vocabulary.schemas, action, payload)
        assert type(message).__name__ == action
        assert spelled(vocabulary.schemas, message) == payload
        assert vocabulary.spoken(Call(action, payload)) == (action, payload)


def test_what_is_nested_is_typed_too() -> None:
    message: Any = typed("v21", "SetDERControl", {**DER, "curve": CURVE})
    assert message.control_type.name == "volt_watt"
    assert (message.curve.curve_data[0].y, message.curve.duration) == (2, None)


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda each: each.schemas)
def test_what_is_not_called_names_what_sends_it(vocabulary: Vocabulary) -> None:
    for action, effect in vocabulary.effects().items():
        if action in vocabulary.called:
            continue
        with pytest.raises(NotCalled) as caught:
            vocabulary.spoken(Call(action, {}))
        assert (f"passerelle {effect.command}`" if effect.command else effect.text) in str(caught.value)


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda each: each.schemas)
def test_what_stations_say_or_nobody_knows_is_not_called(vocabulary: Vocabulary) -> None:
    for action in ("BootNotification", "getDERControl", "../Reset", ""):
        with pytest.raises(NotCalled, match="has no"):
            vocabulary.spoken(Call(action, {}))


def test_an_operator_calls_nothing_that_has_a_command_of_its_own() -> None:
    for vocabulary in VOCABULARIES:
        told = {action: vocabulary.effects()[action] for action in vocabulary.called}
        assert {(each.kind, each.command) for each in told.values()} <= {(Kind.SENT, "stations call")}


def test_each_mistake_is_told_with_its_pointer_and_never_with_what_was_written() -> None:
    points = [{"x": 1, "y": "CARD"}, {"x": 1}, *[POINT] * 9]
    curve = {"priority": -1, "yUnit": "CARD", "curveData": points, "startTime": "CARD", "a/b": 1}
    found = pointers("SetDERControl", {"isDefault": "CARD", "controlId": "C" * 37, "curve": curve})
    assert found == {
        "/controlType": "is required",
        "/isDefault": "must be true or false",
        "/controlId": "must have at most 36 characters",
        "/curve/priority": "must be at least 0",
        "/curve/yUnit": "must be one of Not_Applicable, PctMaxW, PctMaxVar, PctWAvail, PctVarAvail, "
        "PctEffectiveV",
        "/curve/curveData": "must hold at most 10",
        "/curve/curveData/0/y": "must be a number",
        "/curve/curveData/1/y": "is required",
        "/curve/startTime": "must be a date and time, as 2026-01-31T12:00:00Z",
        "/curve/a~1b": "is not a key of this message",
    }
    assert pointers("ClearTariffs", {"tariffIds": []}) == {"/tariffIds": "must hold at least 1"}
