"""What holds for every object on its way: owners, ids, texts, times, lists, unknown fields."""

import pytest

from schemas.kinds import PartyId
from schemas.translation.losses import Withheld
from schemas.translation.registry import KINDS, Kind, form_of, translate
from schemas.v2_3_0.charging_profiles import SetChargingProfile
from schemas.v2_3_0.commands import CancelReservation
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.locations import EVSE, Location
from schemas.v2_3_0.sessions import ChargingPreferences
from schemas.v2_3_0.tokens import Token
from tests.build import CPO, cdr, connector, evse, location, session, tariff, token
from tests.schemas.crossings import (
    OF_THE_CPO,
    OF_THE_EMSP,
    V2_1_1,
    V2_2_1,
    V2_3_0,
    context,
    down,
    gone,
    poorer,
    up,
    why_not,
)


@pytest.mark.parametrize(
    "value", [location(), tariff(), session(), cdr()], ids=lambda value: type(value).__name__
)
def test_the_owner_is_left_to_the_connection_and_comes_back_from_it(value: Location) -> None:
    there = down(value, V2_1_1)

    assert not there.value.to_wire().keys() & CPO.keys()
    back = up(type(value), there.value.to_wire(), V2_1_1).value.to_wire()
    assert {name: back[name] for name in CPO} == CPO


def test_an_owner_whom_the_connection_does_not_tell_is_lost() -> None:
    assert gone(down(tariff(), V2_1_1, context(PartyId("DE", "XYZ")))) == [
        "/country_code",
        "/elements/0/price_components/0/vat",
        "/party_id",
    ]


def test_ids_that_later_versions_cannot_carry_have_aliases_both_ways() -> None:
    long = "x" * 39
    facts = context(aliases={long: "loc-a1"})
    wire = down(location(evses=[]), V2_1_1).value.to_wire() | {"id": long}

    there = up(Location, wire, V2_1_1, facts).value

    assert there.to_wire()["id"] == "loc-a1"
    assert down(there, V2_1_1, facts).value.to_wire()["id"] == long


def test_an_id_without_an_alias_goes_as_it_is() -> None:
    long = "x" * 39
    wire = down(location(), V2_1_1).value.to_wire() | {"id": long}

    assert up(Location, wire, V2_1_1).value.to_wire()["id"] == long


def test_texts_keep_their_characters_unless_the_partner_takes_ascii_only() -> None:
    place = location(name="Café Łódź – Straße 3 ½")  # noqa: RUF001 - a dash that is not ASCII

    assert down(place, V2_1_1).value.to_wire()["name"] == place.name
    plain = down(place, V2_1_1, context(ascii_only=True))
    assert plain.value.to_wire()["name"] == "Cafe Lodz ? Strasse 3 1?2"
    assert poorer(plain) == ["/name"]
    assert down(place, V2_2_1, context(ascii_only=True)).value.to_wire()["name"] == place.name


def test_2_1_1_gets_whole_seconds() -> None:
    """Case C-044."""
    running = session(start_date_time="2026-03-01T07:30:00.999Z")

    there = down(running, V2_1_1)

    assert there.value.to_wire()["start_datetime"].isoformat() == "2026-03-01T07:30:00+00:00"
    assert poorer(there) == ["/start_date_time"]
    assert down(running, V2_2_1).losses == ()


def test_unknown_fields_go_along() -> None:
    place = location(evses=[evse(colour="green", deep={"a": [None, 1]})], colour="red")

    for version in (V2_1_1, V2_2_1):
        there = down(place, version)
        wire = there.value.to_wire()
        assert wire["colour"] == "red"
        assert wire["evses"][0]["deep"] == {"a": [None, 1]}
        assert there.losses == ()
        assert up(Location, wire, version).value == place


def test_an_unknown_field_does_not_become_a_known_one() -> None:
    """Else a partner could say in an older version what that version cannot check."""
    wire = down(location(evses=[]), V2_2_1).value.to_wire() | {"parking_places": "many", "help_phone": 7}

    there = up(Location, wire, V2_2_1)

    assert {"parking_places", "help_phone"}.isdisjoint(there.value.to_wire())
    assert gone(there) == ["/help_phone", "/parking_places"]


@pytest.mark.parametrize(
    ("version", "capabilities", "kept"),
    [
        (V2_2_1, ["RFID_READER", "PLUG_OF_TOMORROW", "PED_TERMINAL"], ["RFID_READER", "PED_TERMINAL"]),
        (V2_1_1, ["PED_TERMINAL", "PLUG_OF_TOMORROW", "RFID_READER"], ["RFID_READER"]),
    ],
)
def test_values_that_a_version_does_not_list_stay_behind(
    version: VersionNumber, capabilities: list[str], kept: list[str]
) -> None:
    there = down(evse(capabilities=capabilities), version)

    assert there.value.to_wire()["capabilities"] == kept
    assert gone(there) == [
        f"/capabilities/{capabilities.index(name)}" for name in capabilities if name not in kept
    ]


def test_a_partner_may_prefer_the_nearest_value() -> None:
    facts = context(nearest_value=True)
    place = location(
        facilities=["METRO_STATION", "BIKE_SHARING"], evses=[evse(parking_restrictions=["TENANTS"])]
    )

    there = down(place, V2_1_1, facts)

    assert there.value.to_wire()["facilities"] == ["TRAIN_STATION"]
    assert there.value.to_wire()["evses"][0]["parking_restrictions"] == ["CUSTOMERS"]
    assert poorer(there) == ["/evses/0/parking_restrictions/0", "/facilities/0"]
    assert gone(there) == ["/facilities/1"]


def test_a_value_beyond_the_lists_goes_up_as_it_is() -> None:
    wire = down(evse(), V2_1_1).value.to_wire() | {"capabilities": ["TELEPATHY"]}

    assert up(EVSE, wire, V2_1_1).value.to_wire()["capabilities"] == ["TELEPATHY"]


def test_losses_of_two_legs_are_told_in_terms_of_the_first() -> None:
    unlisted = connector(id="0", standard="MCS")
    plug = connector(max_electric_power=22_000)

    there = down(evse(connectors=[unlisted, plug]), V2_1_1)

    assert gone(there) == ["/connectors/0", "/connectors/1/max_electric_power"]
    assert there.value.to_wire()["connectors"][0]["id"] == "1"


def test_nothing_happens_within_a_version() -> None:
    place = location()

    result = translate(Location, place, V2_3_0, V2_3_0, OF_THE_CPO)

    assert not isinstance(result, Withheld)
    assert result.value is place


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_kind_that_a_version_lacks_is_withheld(kind: Kind) -> None:
    for version in (V2_1_1, V2_2_1):
        if form_of(kind, version) is None:
            result = translate(kind, location(), V2_3_0, version, OF_THE_CPO)
            assert result == Withheld(f"{version} has no {kind.__name__}")


@pytest.mark.parametrize("kind", [ChargingPreferences, CancelReservation, SetChargingProfile])
def test_2_1_1_lacks_what_came_with_2_2(kind: Kind) -> None:
    assert form_of(kind, V2_1_1) is None
    assert form_of(kind, V2_2_1) is kind


def test_what_the_target_cannot_read_is_withheld_with_its_place() -> None:
    huge = "9" * 33
    wire = {"excl_vat": f"-{huge}", "incl_vat": f"{huge}.5"}
    costly = down(session(), V2_2_1).value.to_wire() | {"total_cost": wire}
    form = form_of(type(session()), V2_2_1)
    assert form

    result = translate(type(session()), form.model_validate(costly), V2_2_1, V2_3_0, OF_THE_CPO)

    assert isinstance(result, Withheld)
    assert "/amount must be a number of at most 34 digits" in result.reason


def test_tokens_belong_to_the_emsp() -> None:
    there = down(token(), V2_1_1, OF_THE_EMSP)

    assert there.losses == ()
    assert up(Token, there.value.to_wire(), V2_1_1, OF_THE_EMSP).value == token()


def test_why_not_names_a_reason() -> None:
    assert (
        why_not(location(publish=False), V2_1_1) == "it is not published, and a 2.1.1 partner would show it"
    )
