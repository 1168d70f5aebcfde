"""Location, EVSE and Connector, row by row."""

from typing import Any

import pytest

from schemas.translation.losses import Translated
from schemas.translation.registry import translate
from schemas.v2_1_1.locations import Location as Location211
from schemas.v2_2_1.locations import Location as Location221
from schemas.v2_3_0.business import BusinessDetails
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.evses import Connector
from schemas.v2_3_0.locations import Location
from tests.build import connector, evse, location
from tests.schemas.crossings import V2_1_1, V2_2_1, context, down, gone, poorer, up, why_not

PLACE = {
    "id": "P1",
    "vehicle_types": ["VAN"],
    "restricted_to_type": False,
    "reservation_required": False,
}


def place_2_1_1(**changes: Any) -> dict[str, Any]:
    return down(location(), V2_1_1).value.to_wire() | changes


def test_parking_places_and_the_help_phone_are_of_2_3_0() -> None:
    rich = location(
        parking_places=[PLACE],
        help_phone="+33123456789",
        evses=[evse(parking=[{"parking_id": "P1"}], accepted_service_providers=["MSP"])],
    )

    there = down(rich, V2_2_1)

    assert there.value.to_wire() == location().to_wire()
    assert gone(there) == [
        "/evses/0/accepted_service_providers",
        "/evses/0/parking",
        "/help_phone",
        "/parking_places",
    ]


@pytest.mark.parametrize("version", [V2_1_1, V2_2_1])
@pytest.mark.parametrize("standard", ["MCS", "SAE_J3400", "PLUG_OF_TOMORROW"])
def test_a_plug_that_is_not_listed_takes_its_evse_with_it(version: VersionNumber, standard: str) -> None:
    there = down(location(evses=[evse(connectors=[connector(standard=standard)]), evse(uid="E2")]), version)

    assert [held["uid"] for held in there.value.to_wire()["evses"]] == ["E2"]
    assert gone(there) == ["/evses/0"]


def test_a_plug_of_2_2_1_is_none_of_2_1_1() -> None:
    panto = connector(standard="PANTOGRAPH_TOP_DOWN")

    assert down(panto, V2_2_1).losses == ()
    assert why_not(panto, V2_1_1) == "PANTOGRAPH_TOP_DOWN is not in the list of 2.1.1"
    assert why_not(evse(connectors=[panto]), V2_1_1) == "none of its connectors is in the list of 2.1.1"


def test_a_picture_of_an_unlisted_category_is_of_another() -> None:
    picture = {"url": "https://cpo.example/i.png", "category": "DRONE_VIEW", "type": "png"}

    there = down(location(images=[picture], operator={"name": "CPO", "logo": picture}), V2_2_1)

    assert there.value.to_wire()["images"][0]["category"] == "OTHER"
    assert poorer(there) == ["/images/0/category", "/operator/logo/category"]


@pytest.mark.parametrize(("version", "name"), [(V2_2_1, "category"), (V2_1_1, "source")])
def test_impacts_have_a_source_before_2_2_and_a_category_since(version: VersionNumber, name: str) -> None:
    impacts = [{"category": "CARBON_DIOXIDE", "amount": 12}, {"category": "NOISE", "amount": 3}]
    green = location(energy_mix={"is_green_energy": False, "environ_impact": impacts})

    there = down(green, version)

    assert there.value.to_wire()["energy_mix"]["environ_impact"] == [{name: "CARBON_DIOXIDE", "amount": 12}]
    assert gone(there) == ["/energy_mix/environ_impact/1"]
    kept = green.to_wire()["energy_mix"] | {"environ_impact": impacts[:1]}
    assert up(Location, there.value.to_wire(), version).value.to_wire()["energy_mix"] == kept


@pytest.mark.parametrize("value", [True, False])
def test_only_what_is_published_goes_to_2_1_1(*, value: bool) -> None:
    place = location(publish=value, publish_allowed_to=[] if value else [{"uid": "1", "type": "RFID"}])

    if value:
        assert "publish" not in down(place, V2_1_1).value.to_wire()
    else:
        assert "not published" in why_not(place, V2_1_1)
        help_desk = down(place, V2_1_1, context(shows_nobody=True))
        assert (poorer(help_desk), gone(help_desk)) == (["/publish"], ["/publish_allowed_to"])
    assert down(place, V2_2_1).losses == ()


def test_a_2_1_1_location_is_published() -> None:
    assert up(Location, place_2_1_1(), V2_1_1).value.to_wire()["publish"] is True


@pytest.mark.parametrize(
    ("parking_type", "kind", "is_lost"),
    [
        (None, "UNKNOWN", False),
        ("ON_STREET", "ON_STREET", False),
        ("ALONG_MOTORWAY", "OTHER", True),
        ("ON_DRIVEWAY", "OTHER", True),
        ("IN_THE_AIR", "OTHER", True),
    ],
)
def test_parking_types_down(parking_type: str | None, kind: str, *, is_lost: bool) -> None:
    there = down(location(parking_type=parking_type), V2_1_1)

    assert there.value.to_wire()["type"] == kind
    assert bool(there.losses) == is_lost


@pytest.mark.parametrize(
    ("kind", "parking_type", "losses"),
    [
        ("ON_STREET", "ON_STREET", []),
        ("UNKNOWN", None, []),
        ("OTHER", None, ["/type"]),
        ("IN_THE_AIR", "IN_THE_AIR", []),
    ],
)
def test_parking_types_up(kind: str, parking_type: str | None, losses: list[str]) -> None:
    there = up(Location, place_2_1_1(type=kind), V2_1_1)

    assert there.value.to_wire().get("parking_type") == parking_type
    assert poorer(there) == losses


def test_addresses_of_2_1_1_have_45_characters() -> None:
    there = down(location(address="x" * 46), V2_1_1)

    assert there.value.to_wire()["address"] == "x" * 45
    assert poorer(there) == ["/address"]
    assert down(location(address="x" * 45), V2_1_1).losses == ()


def test_a_missing_postal_code_has_a_placeholder_in_2_1_1() -> None:
    facts = context(postal_code="0")
    there = down(location(postal_code=None), V2_1_1, facts)

    assert there.value.to_wire()["postal_code"] == "0"
    assert up(Location, there.value.to_wire(), V2_1_1, facts).value == location(postal_code=None)


def test_2_1_1_has_no_states() -> None:
    assert gone(down(location(state="Île-de-France"), V2_1_1)) == ["/state"]


@pytest.mark.parametrize(("written", "meant"), [("FRA", "FRA"), ("FR", "FRA"), ("fr", "FRA"), ("ZZ", "ZZ")])
def test_countries_of_2_1_1_may_have_two_letters(written: str, meant: str) -> None:
    assert up(Location, place_2_1_1(country=written), V2_1_1).value.to_wire()["country"] == meant


@pytest.mark.parametrize(
    ("degrees", "sent", "is_lost"),
    [("48.88094", "48.880940", False), ("48.880948", "48.880948", False), ("48.8809486", "48.880949", True)],
)
def test_2_1_1_has_six_decimals_of_a_degree(degrees: str, sent: str, *, is_lost: bool) -> None:
    there = down(location(coordinates={"latitude": degrees, "longitude": "2.355314"}), V2_1_1)

    assert there.value.to_wire()["coordinates"]["latitude"] == sent
    assert poorer(there) == (["/coordinates/latitude"] if is_lost else [])


@pytest.mark.parametrize(
    ("country", "zone"), [("FRA", "Europe/Paris"), ("DEU", "Europe/Berlin"), ("ESP", "Europe/Madrid")]
)
def test_a_missing_time_zone_is_that_of_the_country_or_of_the_partner(country: str, zone: str) -> None:
    wire = place_2_1_1(country=country, time_zone=None)

    there = up(Location, wire, V2_1_1, context(time_zone="Europe/Madrid"))

    assert there.value.to_wire()["time_zone"] == zone


WEEKDAY = {"weekday": 1, "period_begin": "08:00", "period_end": "20:00"}


@pytest.mark.parametrize(
    ("since_2_2", "in_2_1_1"),
    [
        ({"twentyfourseven": True}, {"twentyfourseven": True}),
        ({"twentyfourseven": False, "regular_hours": [WEEKDAY]}, {"regular_hours": [WEEKDAY]}),
        ({"twentyfourseven": False}, {"twentyfourseven": False}),
    ],
)
def test_opening_times_are_one_of_two_in_2_1_1(since_2_2: dict[str, Any], in_2_1_1: dict[str, Any]) -> None:
    there = down(location(opening_times=since_2_2), V2_1_1)

    assert there.value.to_wire()["opening_times"] == in_2_1_1
    assert up(Location, there.value.to_wire(), V2_1_1).value.to_wire()["opening_times"] == since_2_2


def test_regular_hours_of_what_is_always_open_are_lost() -> None:
    there = down(location(opening_times={"twentyfourseven": True, "regular_hours": [WEEKDAY]}), V2_1_1)

    assert there.value.to_wire()["opening_times"] == {"twentyfourseven": True}
    assert gone(there) == ["/opening_times/regular_hours"]


def test_regular_hours_decide_when_2_1_1_tells_both() -> None:
    both = {"twentyfourseven": True, "regular_hours": [WEEKDAY]}

    there = up(Location, place_2_1_1(opening_times=both), V2_1_1)

    assert there.value.to_wire()["opening_times"] == {**both, "twentyfourseven": False}


@pytest.mark.parametrize("version", [V2_1_1, V2_2_1])
def test_an_unnamed_operator_is_the_owner(version: VersionNumber) -> None:
    owner = BusinessDetails(name="Charge & Co")
    facts = context(operator=owner)

    lower = down(location(), version, facts).value.to_wire()
    assert lower["operator"] == {"name": "Charge & Co"}
    assert (
        up(Location, lower | {"operator": None}, version, facts).value.to_wire()["operator"]
        == lower["operator"]
    )
    named = location(operator={"name": "Somebody"})
    assert down(named, version, facts).value.to_wire()["operator"] == {"name": "Somebody"}


def test_an_unnamed_operator_is_the_owner_between_older_versions_too() -> None:
    facts = context(operator=BusinessDetails(name="Charge & Co"))
    lowest = Location211.model_validate(place_2_1_1())
    named = Location211.model_validate(place_2_1_1(operator={"name": "Somebody"}))

    for place, name in ((lowest, "Charge & Co"), (named, "Somebody")):
        middle = translate(Location, place, V2_1_1, V2_2_1, facts)
        assert isinstance(middle, Translated)
        assert middle.value.to_wire()["operator"]["name"] == name
    unnamed = Location221.model_validate(down(location(), V2_2_1).value.to_wire())
    back = translate(Location, unnamed, V2_2_1, V2_1_1, facts)
    assert isinstance(back, Translated)
    assert back.value.to_wire()["operator"]["name"] == "Charge & Co"


@pytest.mark.parametrize("facility", ["BIKE_SHARING", "TRAM_STOP", "METRO_STATION", "PARKING_LOT"])
def test_facilities_that_came_with_2_2_stay_behind(facility: str) -> None:
    there = down(location(facilities=["HOTEL", facility]), V2_1_1)

    assert there.value.to_wire()["facilities"] == ["HOTEL"]
    assert gone(there) == ["/facilities/1"]


@pytest.mark.parametrize("restriction", ["EMPLOYEES", "TAXIS", "TENANTS"])
def test_parking_restrictions_of_2_3_0_stay_behind(restriction: str) -> None:
    assert gone(down(evse(parking_restrictions=[restriction]), V2_2_1)) == ["/parking_restrictions/0"]


def test_connectors_of_2_1_1_have_voltage_and_amperage() -> None:
    wire = down(connector(), V2_1_1).value.to_wire()

    assert (wire["voltage"], wire["amperage"]) == (230, 32)
    assert up(Connector, wire, V2_1_1).value == connector()


def test_powers_and_capabilities_of_connectors_stay_behind() -> None:
    plug = connector(max_electric_power=22_000, capabilities=["ISO_15118_2_PLUG_AND_CHARGE"])

    assert gone(down(plug, V2_2_1)) == ["/capabilities"]
    assert gone(down(plug, V2_1_1)) == ["/capabilities", "/max_electric_power"]


@pytest.mark.parametrize(
    ("usable", "chosen", "lost"),
    [
        (set(), "T1", ["/tariff_ids/1", "/tariff_ids/2"]),
        ({"T3", "T2"}, "T2", ["/tariff_ids/0", "/tariff_ids/2"]),
        ({"T9"}, "T1", ["/tariff_ids/1", "/tariff_ids/2"]),
    ],
)
def test_2_1_1_gets_the_one_tariff_that_is_for_everybody(
    usable: set[str], chosen: str, lost: list[str]
) -> None:
    facts = context(usable_tariffs=frozenset(usable))

    there = down(connector(tariff_ids=["T1", "T2", "T3"]), V2_1_1, facts)

    assert there.value.to_wire()["tariff_id"] == chosen
    assert gone(there) == lost


def test_a_connector_may_have_no_tariff() -> None:
    there = down(connector(tariff_ids=[]), V2_1_1)

    assert "tariff_id" not in there.value.to_wire()
    assert up(Connector, there.value.to_wire(), V2_1_1).value == connector(tariff_ids=[])


@pytest.mark.parametrize("power_type", ["AC_2_PHASE", "AC_2_PHASE_SPLIT"])
def test_two_phases_are_one_in_2_1_1(power_type: str) -> None:
    there = down(connector(power_type=power_type), V2_1_1)

    assert there.value.to_wire()["power_type"] == "AC_1_PHASE"
    assert poorer(there) == ["/power_type"]


def test_related_places_have_six_decimals_too() -> None:
    entrance = {"latitude": "48.8809", "longitude": "2.3553141"}

    there = down(location(related_locations=[entrance]), V2_1_1)

    assert there.value.to_wire()["related_locations"] == [{"latitude": "48.880900", "longitude": "2.355314"}]
    assert poorer(there) == ["/related_locations/0/longitude"]
