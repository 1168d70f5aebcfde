"""Parties and keys: one spelling each, however they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.enums import ModuleID

FRENCH_CPO = PartyId("FR", "CPO")


def test_a_party_is_the_same_in_any_case() -> None:
    assert PartyId("fr", "cpo") == FRENCH_CPO
    assert hash(PartyId("fr", "cpo")) == hash(FRENCH_CPO)


def test_a_party_has_one_text() -> None:
    assert str(FRENCH_CPO) == "FR*CPO"
    assert PartyId.parse("fr*cpo") == FRENCH_CPO
    assert FRENCH_CPO.compact == "FRCPO"


@pytest.mark.parametrize("text", ["", "FRCPO", "FR*", "*CPO"])
def test_what_is_no_party_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no party"):
        PartyId.parse(text)


def test_a_key_is_the_same_in_any_case_but_keeps_its_spelling() -> None:
    key = ObjectKey(ObjectKind.LOCATION, FRENCH_CPO, "Loc1")

    assert key == ObjectKey(ObjectKind.LOCATION, FRENCH_CPO, "LOC1")
    assert hash(key) == hash(ObjectKey(ObjectKind.LOCATION, FRENCH_CPO, "LOC1"))
    assert str(key) == "location/FR*CPO/loc1"
    assert key.id.swapcase() == "lOC1"


def test_a_token_is_known_by_uid_and_type() -> None:
    """Case C-091."""
    card = ObjectKey.of_token(FRENCH_CPO, "04E2")

    assert card == ObjectKey.of_token(FRENCH_CPO, "04e2", "RFID")
    assert card != ObjectKey.of_token(FRENCH_CPO, "04E2", "APP_USER")


@given(st.sampled_from(ObjectKind), st.text(min_size=1))
def test_a_key_can_be_read_back(kind: ObjectKind, object_id: str) -> None:
    key = ObjectKey(kind, FRENCH_CPO, object_id.lower())

    assert ObjectKey.parse(str(key)) == key


def test_every_kind_travels_over_a_module() -> None:
    assert all(ModuleID(kind.module).is_known for kind in ObjectKind)
