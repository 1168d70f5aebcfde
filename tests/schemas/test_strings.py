"""CiString: kept as written, equal without case. Case C-042."""

import pickle
from copy import deepcopy

from schemas.codec import decode, dump
from schemas.strings import CiString
from tests.build import location


def test_ci_strings_are_equal_without_case_also_to_plain_texts() -> None:
    assert CiString("LOC1") == CiString("loc1") == "Loc1"
    assert "LOC1" == CiString("loc1")  # noqa: SIM300 - the plain text asks first
    assert CiString("LOC1") != "LOC2"
    assert CiString("1") != 1


def test_equal_ci_strings_are_one_in_a_set() -> None:
    assert len({CiString("LOC1"), CiString("loc1")}) == 1


def test_a_ci_string_is_kept_as_written() -> None:
    body = dump(location(id="Loc1"))

    assert b'"id":"Loc1"' in body
    assert location(id="Loc1") == location(id="LOC1")


def test_a_ci_string_leaves_as_a_plain_text() -> None:
    assert type(location().to_wire()["id"]) is str


def test_a_plain_string_field_is_equal_only_with_the_same_case() -> None:
    assert location(name="Gare") != location(name="GARE")


def test_a_ci_string_survives_pickle_and_copy() -> None:
    original = CiString("Loc1")

    for copy in (pickle.loads(pickle.dumps(original)), deepcopy(original)):  # noqa: S301 - our own bytes
        assert type(copy) is CiString
        assert str(copy) == "Loc1"


def test_a_text_beyond_its_length_is_kept_whole() -> None:
    long = "x" * 300

    assert decode(dump(location(name=long)))["name"] == long  # type: ignore[index, call-overload]
