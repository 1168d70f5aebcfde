"""Any text is a message or unreadable, and what we write we can read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpo_adapter.ocpp import framing
from cpo_adapter.ocpp.framing import Call, CallError, CallResult, Flaw, Unreadable
from schemas.codec import Json

json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


@given(st.text())
def test_any_text_is_read_without_raising(text: str) -> None:
    assert isinstance(framing.read(text), Call | CallResult | CallError | Unreadable)


@given(json_values)
def test_any_json_is_read_without_raising(value: object) -> None:
    assert isinstance(framing.read(json.dumps(value)), Call | CallResult | CallError | Unreadable)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=36), json_values)
def test_a_call_comes_back_as_it_was_said(action: str, value: Json) -> None:
    frame = framing.call("id", action, {"value": value})

    assert framing.read(frame) == Call("id", action, {"value": value}, frame)


def test_brackets_in_texts_are_no_nesting() -> None:
    frame = json.dumps([2, "1", "DataTransfer", {"data": "[{" * 1000 + '\\"'}])

    assert isinstance(framing.read(frame), Call)


def test_a_text_without_an_end_is_read_once() -> None:
    """Its brackets are no nesting, and its quotes begin nothing."""
    assert framing.read('[2,"1","X",{"a":"' + "[" * 40) == Unreadable(Flaw.NOT_JSON)
    assert framing.read("[" * 30 + '{"a":"' + '[\\"' * 100_000) == Unreadable(Flaw.NOT_JSON)


@pytest.mark.parametrize("bare", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_none_and_the_rest_of_a_call_is_read(bare: str) -> None:
    frame = f'[2,"1","X",{{"a":[{bare},7],"-{bare}":"{bare} \\"{bare}"}}]'

    assert framing.read(frame) == Unreadable(Flaw.NOT_JSON)
    assert framing.call_in(frame) == Call("1", "X", {"a": [None, 7], f"-{bare}": f'{bare} "{bare}'}, frame)


def test_many_brackets_side_by_side_are_no_nesting() -> None:
    frame = json.dumps([2, "1", "MeterValues", {"meterValue": [{} for _ in range(1000)]}])

    assert isinstance(framing.read(frame), Call)


def test_nesting_is_measured_before_parsing() -> None:
    assert framing.read("[" * 40) == Unreadable(Flaw.TOO_DEEP)


def test_a_call_error_may_lack_its_last_elements() -> None:
    assert framing.read('[4,"1","InternalError"]') == CallError("1", "InternalError")
    assert framing.read('[4,"1"]') == CallError("1", "GenericError")
