"""Locations near a point and in a box, asked for over the API as apps do."""

from typing import Any

import pytest

from emsp_adapter.places.asked import LocationsTold
from tests.build import connector, evse
from tests.emsp_adapter.apps.counter import SHARED_LOOP, Counter
from tests.emsp_adapter.places.towns import METRE, Town, coordinates
from tests.platforms import operate

pytestmark = SHARED_LOOP


async def test_the_nearest_come_first_with_their_distance(town: Town) -> None:
    await town.builds("far", north_m=900)
    await town.builds("near", north_m=-100)
    await town.builds("out", north_m=1500)
    heard = await town.near(radius_m="1000")
    assert heard.http == 200
    told = LocationsTold.model_validate(heard.body)
    assert [(town.name({"id": each.id}), round(each.distance_m, -1)) for each in told.locations] == [
        ("near", 100),
        ("far", 900),
    ]
    assert told.next is None


async def test_pages_go_on_where_they_ended_also_among_equals(town: Town) -> None:
    for number in range(25):
        await town.builds(f"same{number:02}", north_m=50)
    for number in range(5):
        await town.builds(f"other{number}", north_m=100 + 2 * number)
    seen: list[str] = []
    query: dict[str, str] = {"limit": "7"}
    for _ in range(5):
        heard = await town.near(**query)
        seen += [town.name(each) for each in heard.body["locations"]]
        query["cursor"] = heard.body["next"]
        if heard.body["next"] is None:
            break
    assert seen == [*(f"same{number:02}" for number in range(25)), *(f"other{number}" for number in range(5))]


async def test_a_cursor_of_another_list_is_refused(town: Town) -> None:
    await town.builds("one")
    await town.builds("two", north_m=10)
    cursor = (await town.near(limit="1")).body["next"]
    heard = await town.near(limit="1", cursor=cursor, radius_m="77")
    assert (heard.http, heard.places) == (404, ["cursor"])


async def test_a_status_is_live_however_it_is_told(town: Town) -> None:
    """Whole object, EVSE, connector."""
    await town.builds("one")
    await town.push(
        "one", {"status": "CHARGING", "last_updated": "2026-03-01T09:00:00Z"}, "E1", method="PATCH"
    )
    heard = await town.near()
    assert heard.body["locations"][0]["evses"][0]["status"] == "CHARGING"
    assert await town.found(available="true") == []
    change = {"standard": "CHADEMO", "last_updated": "2026-03-01T10:00:00Z"}
    await town.push("one", change, "E1", "1", method="PATCH")
    assert await town.found(standards="chademo") == ["one"]
    await town.builds("one", last_updated="2026-03-01T11:00:00Z")
    assert await town.found(available="true") == ["one"]


async def test_one_connector_has_to_be_all_that_is_asked_for(town: Town) -> None:
    fast = connector(standard="IEC_62196_T2_COMBO", max_electric_power=150_000)
    slow = connector(max_electric_power=22_000)
    await town.builds(
        "taken", evses=[evse(uid="A", status="CHARGING", connectors=[fast]), evse(uid="B", connectors=[slow])]
    )
    await town.builds("free", north_m=10, evses=[evse(connectors=[fast])])
    assert await town.found(min_power_kw="50") == ["taken", "free"]
    assert await town.found(min_power_kw="50", available="true") == ["free"]
    assert await town.found(standards="IEC_62196_T2,CHADEMO", min_power_kw="22") == ["taken"]
    assert await town.found(standards="IEC_62196_T2,CHADEMO", min_power_kw="23") == []


async def test_all_capabilities_are_needed(town: Town) -> None:
    await town.builds("one", evses=[evse(capabilities=["RFID_READER", "RESERVABLE"])])
    await town.builds("two", north_m=10, evses=[evse(capabilities=["RFID_READER"])])
    assert await town.found(capabilities="RFID_READER") == ["one", "two"]
    assert await town.found(capabilities="RFID_READER,RESERVABLE") == ["one"]


async def test_only_what_is_open_now_is_found_and_pages_go_on(town: Town) -> None:
    """The clock stands at a Thursday, midnight in UTC."""
    closed = {"twentyfourseven": False, "regular_hours": [_day(4, "08:00", "18:00")]}
    for number in range(30):
        hours = closed if number % 3 else {"twentyfourseven": True}
        await town.builds(f"{number:02}", north_m=number, opening_times=hours)
    await town.builds("silent", north_m=50)
    first = await town.near(open_now="true", limit="6")
    names = [town.name(each) for each in first.body["locations"]]
    assert names == ["00", "03", "06", "09", "12", "15"]
    rest = await town.near(open_now="true", limit="6", cursor=first.body["next"])
    assert [town.name(each) for each in rest.body["locations"]] == ["18", "21", "24", "27"]
    assert rest.body["next"] is None
    told = {town.name(each): each["is_open"] for each in (await town.near(limit="100")).body["locations"]}
    assert (told["00"], told["01"], told["silent"]) == (True, False, None)


def _day(weekday: int, begin: str, end: str) -> dict[str, Any]:
    return {"weekday": weekday, "period_begin": begin, "period_end": end}


async def test_only_locations_of_the_cpo_that_is_asked_for_are_found(town: Town) -> None:
    await town.builds("one")
    assert await town.found(cpo="FR*CPO") == ["one"]
    assert await town.found(cpo="DE*XYZ") == []


async def test_unpublished_and_ended_locations_are_not_found(town: Town) -> None:
    await town.builds("hidden", publish=False)
    await town.builds("ended", evses=[evse(status="REMOVED")])
    await town.builds("nowhere", coordinates={"latitude": "48,1", "longitude": "2.1"})
    await town.builds("one")
    assert await town.found() == ["one"]
    await town.builds("one", publish=False, last_updated="2026-03-02T00:00:00Z")
    assert await town.found() == []


async def test_a_box_has_straight_edges_and_begins_in_its_middle(town: Town) -> None:
    latitude, longitude = town.middle
    await town.builds("middle")
    await town.builds("corner", north_m=999, east_m=999)
    await town.builds("north", north_m=1001)
    await town.builds("west", east_m=-1001)
    side = 1000 * METRE
    box = {
        "south": latitude - side,
        "north": latitude + side,
        "west": longitude - side,
        "east": longitude + side,
    }
    heard = await town.holder.get("/locations/in_box", **{name: str(value) for name, value in box.items()})
    assert [town.name(each) for each in heard.body["locations"]] == ["middle", "corner"]


async def test_a_box_goes_over_the_antimeridian(town: Town) -> None:
    latitude = town.middle[0]
    await town.builds("east", coordinates=coordinates(latitude, 179.99))
    await town.builds("west", coordinates=coordinates(latitude, -179.98))
    await town.builds("other side", coordinates=coordinates(latitude, 0.5))
    box = {"south": str(latitude - 0.1), "north": str(latitude + 0.1), "west": "179.9", "east": "-179.9"}
    heard = await town.holder.get("/locations/in_box", **box)
    assert [town.name(each) for each in heard.body["locations"]] == ["east", "west"]
    around = {**box, "west": "-180", "east": "180"}
    heard = await town.holder.get("/locations/in_box", **around, limit="100")
    assert {"east", "west", "other side"} <= {town.name(each) for each in heard.body["locations"]}


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"latitude": "91"}, "latitude"),
        ({"longitude": "nan"}, "longitude"),
        ({"radius_m": "0"}, "radius_m"),
        ({"limit": "101"}, "limit"),
        ({"standards": ""}, "standards"),
        ({"energy_kwh": "-1", "minutes": "10"}, "energy_kwh"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_cannot_be_asked_is_told_with_its_place(
    town: Town, query: dict[str, str], place: str
) -> None:
    heard = await town.near(**query)
    assert (heard.http, heard.places) == (422, [place])


async def test_a_box_upside_down_is_refused(town: Town) -> None:
    box = {"south": "2", "north": "1", "west": "0", "east": "1"}
    heard = await town.holder.get("/locations/in_box", **box)
    assert (heard.http, heard.places) == (409, ["south"])


async def test_energy_and_minutes_go_together(town: Town) -> None:
    assert (await town.near(energy_kwh="10")).places == ["minutes"]
    assert (await town.near(minutes="10")).places == ["energy_kwh"]


async def test_a_key_without_the_scope_finds_nothing(town: Town, counter: Counter) -> None:
    town.holder = await counter.holder(scopes=["cdrs:read"])
    assert (await town.near()).http == 403


async def test_prices_are_exact_with_taxes_for_the_charge_that_is_asked_about(town: Town) -> None:
    await town.builds("one", evses=[evse(connectors=[connector(tariff_ids=[town.id("T")])])])
    await town.prices("T")
    price = await _price(town, energy_kwh="20.5", minutes="60")
    assert price["currency"] == "EUR"
    assert (price["before_taxes"], price["after_taxes"], price["unpriced"]) == ("5.125", "6.15", None)
    assert price["now"][0] == {
        "dimension": "ENERGY", "price": "0.25", "tax_included": "NO", "vat_percent": "20", "step_size": "1"
    }  # fmt: skip


async def test_each_connector_names_its_price(town: Town) -> None:
    plain, other = connector(tariff_ids=[town.id("A")]), connector(id="2", tariff_ids=[town.id("B")])
    await town.builds(
        "one", evses=[evse(connectors=[plain, other, connector(id="3", tariff_ids=[town.id("A")])])]
    )
    told = (await town.near(energy_kwh="1", minutes="1")).body["locations"][0]
    assert [each["price"] for each in told["evses"][0]["connectors"]] == [0, 1, 0]
    assert [each["tariff_ids"] for each in told["prices"]] == [[town.id("A")], [town.id("B")]]


async def test_a_location_without_a_known_tariff_says_so(town: Town) -> None:
    await town.builds("one", evses=[evse(connectors=[connector(tariff_ids=[town.id("never-told")])])])
    price = await _price(town)
    assert (price["unpriced"], price["after_taxes"], price["is_complete"]) == ("NOT_TOLD", None, False)
    await town.builds("two", east_m=-5, evses=[evse(connectors=[connector(tariff_ids=None)])])
    prices = [
        each["prices"][0]["unpriced"]
        for each in (await town.near(energy_kwh="1", minutes="1")).body["locations"]
    ]
    assert prices == ["NOT_TOLD", "NO_TARIFF"]


async def test_a_tariff_prices_who_it_is_for_while_it_is_valid(town: Town) -> None:
    """The clock stands at the first of January."""
    names = [town.id(each) for each in ("ended", "spot", "card")]
    await town.builds("one", evses=[evse(connectors=[connector(tariff_ids=names)])])
    await town.prices("ended", end_date_time="2025-12-31T00:00:00Z")
    await town.prices("spot", type="AD_HOC_PAYMENT")
    assert (await _price(town))["unpriced"] == "OTHER_PAYING"
    assert (await _price(town, paying="AD_HOC_PAYMENT"))["tariff_id"] == town.id("spot")
    await town.prices("card", type="REGULAR")
    await town.counter.clock.leap(seconds=3)
    assert (await _price(town))["tariff_id"] == town.id("card")


async def test_nothing_is_priced_unless_it_is_asked_for(town: Town) -> None:
    await town.builds("one")
    assert (await town.near()).body["locations"][0]["prices"] is None


async def _price(town: Town, **query: str) -> Any:
    heard = await town.near(**{"energy_kwh": "10", "minutes": "30", **query})
    LocationsTold.model_validate(heard.body)
    return heard.body["locations"][0]["prices"][0]


async def test_terms_of_an_agreement_hide_what_they_do_not_name(town: Town) -> None:
    """Of locations and of tariffs; afterwards everything is shown again."""
    await town.builds("one", evses=[evse(connectors=[connector(tariff_ids=[town.id("T")])])])
    await town.prices("T")
    emsp = town.counter.emsp
    agreed = {"cpo": "FR*CPO", "emsp": "NL*MSP"}
    try:
        await operate(emsp, "/agreements", {**agreed, "terms": {"modules": ["locations"]}})
        await town.counter.clock.leap(seconds=3)
        assert (await _price(town))["unpriced"] == "NOT_TOLD"
        await operate(emsp, "/agreements", {**agreed, "terms": {"modules": ["cdrs"]}})
        assert await town.found() == []
    finally:
        await operate(emsp, "/agreements", {**agreed, "terms": {"modules": None}})
    await town.counter.clock.leap(seconds=3)
    assert await town.found() == ["one"]
