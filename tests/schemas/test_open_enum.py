"""Open enums keep what they do not know, closed ones refuse it. Case C-046."""

import pytest
from pydantic import ValidationError

from schemas.codec import dump
from schemas.v2_3_0.enums import Capability, Role, SessionStatus
from tests.build import evse, session


def test_an_unknown_value_of_an_open_enum_is_kept() -> None:
    with_plug = evse(capabilities=["RFID_READER", "PLUG_OF_TOMORROW"])

    assert with_plug.capabilities == ("RFID_READER", "PLUG_OF_TOMORROW")
    assert [capability.is_known for capability in with_plug.capabilities] == [True, False]
    assert b'"capabilities":["RFID_READER","PLUG_OF_TOMORROW"]' in dump(with_plug)


def test_an_unknown_value_does_not_join_the_list() -> None:
    assert Capability("PLUG_OF_TOMORROW") == Capability("PLUG_OF_TOMORROW")
    assert "PLUG_OF_TOMORROW" not in list(Capability)
    assert hash(Capability("PLUG_OF_TOMORROW")) == hash("PLUG_OF_TOMORROW")


def test_a_known_value_is_its_member() -> None:
    assert evse(capabilities=["RFID_READER"]).capabilities[0] is Capability.RFID_READER


def test_roles_that_the_list_lacks_are_read() -> None:
    assert [Role(name).value for name in ("PTP", "HUB")] == ["PTP", "HUB"]


@pytest.mark.parametrize("value", [1, None, True, ["RFID_READER"]])
def test_an_open_enum_takes_texts_only(value: object) -> None:
    with pytest.raises(ValidationError):
        evse(capabilities=[value])


def test_an_unknown_value_of_a_closed_enum_is_refused() -> None:
    with pytest.raises(ValidationError):
        evse(status="ON_FIRE")


def test_a_reservation_is_understood_in_both_spellings_of_the_specification() -> None:
    """Case C-102."""
    assert session(status="RESERVED").status is SessionStatus.RESERVATION
    assert b'"status":"RESERVATION"' in dump(session(status="RESERVED"))
