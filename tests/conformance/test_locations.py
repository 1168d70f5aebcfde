"""C-067 … C-080: places where cars charge, as CPOs tell them and as ours does.

What breaks a rule between fields is kept as it came and named by the check: a place with crooked opening
times is still one where drivers charge.
Spec: 2.3.0 mod_locations; ocpi.md 5.4.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from schemas import conformance
from schemas.v2_3_0.locations import Location
from simulators.charge import PowerProfile
from tests.conformance import wire
from tests.conformance.between import Between, between_on
from tests.conformance.charging import Charging, charging_on, running_stations
from tests.conformance.far_side import FarSide
from tests.conformance.issuers import issuer_of
from tests.conformance.issuing import Issuing, issuing_on
from tests.conformance.sites import TARIFFS, site
from tests.conformance.stages import SHARED_LOOP
from tests.conformance.versions import ALL, SINCE_2_2_1, V1, V3, spoken
from tests.conformance.wire import LATER, Json
from tests.fakes.eventually import eventually
from tests.lent import lent
from tests.platforms import free_port

pytestmark = SHARED_LOOP

SITES = site("GARE", "CP-1", ["AC"], [], ["FREE"]) + site("YARD", "CP-2", ["AC"], publish=False)
FREE = """
[[tariffs]]
id = "FREE"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [{ type = "FLAT", price = 0.00, step_size = 1 }] }]
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def issuing(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Issuing]:
    async with issuing_on(mongo_url, tmp_path_factory.mktemp("emsp")) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def between(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Between]:
    async with between_on(mongo_url, tmp_path_factory.mktemp("hub")) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def charging(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Charging]:
    folder = tmp_path_factory.mktemp("cpo")
    async with charging_on(mongo_url, folder, sites=SITES, tariffs=TARIFFS + FREE) as found:
        yield found


async def told(cpo: FarSide, **changes: Any) -> None:
    location = wire.location(cpo.version, cpo.party, **changes)
    heard = await cpo.push("PUT", "locations", location["id"], body=location)
    assert heard.http == 201, heard.body


@ALL
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_c067_an_evse_is_taken_away_by_its_status(issuing: Issuing, version: str, method: str) -> None:
    cpo, name = issuing.cpo(version), f"C067-{method}"
    await told(cpo, id=name, evses=[wire.evse(version), wire.evse(version, uid="E2", evse_id=None)])
    change: Json = {"status": "REMOVED", "last_updated": LATER}
    body = wire.evse(version, **change) if method == "PUT" else change
    assert (await cpo.push(method, "locations", name, "E1", body=body)).http == 200
    shown = await cpo.shown("locations", name)
    assert {evse["uid"]: evse["status"] for evse in shown["evses"]} == {"E1": "REMOVED", "E2": "AVAILABLE"}


@ALL
async def test_c067_nothing_of_a_location_is_deleted(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    await told(cpo, id="C067")
    for path in (["C067"], ["C067", "E1"], ["C067", "E1", "1"]):
        assert (await cpo.push("DELETE", "locations", *path)).http == 405
    assert (await cpo.shown("locations", "C067"))["evses"][0]["connectors"][0]["id"] == "1"


@SINCE_2_2_1
async def test_c067_the_hub_passes_on_that_an_evse_was_taken_away(between: Between, version: str) -> None:
    emsp, name = between.emsps[version], f"C067-{version}"
    await told(between.cpo, id=name)
    change = {"status": "REMOVED", "last_updated": LATER}
    assert (await between.cpo.push("PATCH", "locations", name, "E1", body=change)).http == 200
    await eventually(lambda: _last(emsp, name).get("status") == "REMOVED")
    (listed,) = [each for each in await emsp.listed("locations") if each["id"] == name]
    assert listed["evses"][0]["status"] == "REMOVED"


def _last(emsp: FarSide, location_id: str) -> Json:
    """The EVSE in what came last about a Location, whether told alone or within it."""
    arrived = [each.json() for each in emsp.partner.heard("locations") if location_id in each.path]
    told: Json = arrived[-1] if arrived else {}
    return told["evses"][0] if told.get("evses") else told


@ALL
async def test_c067_our_cpo_tells_what_it_no_longer_has_as_removed(
    mongo_url: str, tmp_path: Path, version: str
) -> None:
    """An EVSE, then the whole site; and it stays so."""
    port, two, one = free_port(), site("GARE", "CP-1", ["AC"], ["AC"]), site("GARE", "CP-1", ["AC"])
    async with lent(mongo_url) as mongo, AsyncExitStack() as partners:
        async with running_stations(mongo, tmp_path, two, port=port) as cpo:
            issuer = await issuer_of(cpo, version, partners)
            await eventually(lambda: set(_evses(issuer.far)) == {"CP-1-1", "CP-1-2"})
        async with running_stations(mongo, tmp_path, one, port=port):
            await eventually(lambda: _evses(issuer.far).get("CP-1-2") == "REMOVED")
            assert _evses(issuer.far)["CP-1-1"] != "REMOVED"
        async with running_stations(mongo, tmp_path, site("PARC", "CP-3", ["AC"]), port=port):
            await eventually(lambda: set(_evses(issuer.far).values()) == {"REMOVED"})
            (gare,) = [each for each in await issuer.far.listed("locations") if each["id"] == "GARE"]
    gone = {"CP-1-1": "REMOVED", "CP-1-2": "REMOVED"}
    assert {evse["uid"]: evse["status"] for evse in gare["evses"]} == gone


def _evses(emsp: FarSide) -> dict[str, str]:
    """The status of each EVSE of the Gare, as it was told last."""
    told = _places(emsp).get("GARE", {"evses": []})
    return {evse["uid"]: evse["status"] for evse in told["evses"]}


@ALL
async def test_c068_an_evse_keeps_its_uid(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    await told(cpo, id="C068")
    renamed = wire.evse(version, uid="E9", last_updated=LATER)
    for method, body in (("PUT", renamed), ("PATCH", {"uid": "E9", "last_updated": LATER})):
        heard = await cpo.push(method, "locations", "C068", "E1", body=body)
        assert (heard.http, heard.status) == (200, 2001)
    assert [evse["uid"] for evse in (await cpo.shown("locations", "C068"))["evses"]] == ["E1"]


@ALL
async def test_c068_a_removed_evse_may_give_up_its_evse_id(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    await told(cpo, id="C068-id")
    gone = wire.evse(version, evse_id=None, status="REMOVED", last_updated=LATER)
    assert (await cpo.push("PUT", "locations", "C068-id", "E1", body=gone)).http == 200
    assert await cpo.shown("locations", "C068-id", "E1") == gone


@SINCE_2_2_1
async def test_c069_a_place_that_is_not_public_is_told_as_such(charging: Charging, version: str) -> None:
    issuer = charging.issuers[version]
    await eventually(lambda: "YARD" in _places(issuer.far))
    assert _places(issuer.far)["YARD"]["publish"] is False
    listed = {each["id"]: each["publish"] for each in await issuer.far.listed("locations")}
    assert listed == {"GARE": True, "YARD": False}


@spoken(V1)
async def test_c069_a_place_that_is_not_public_is_not_told_to_who_would_publish_it(
    charging: Charging, version: str
) -> None:
    """2.1.1 has no word for it."""
    issuer = charging.issuers[version]
    await eventually(lambda: "GARE" in _places(issuer.far))
    assert [each["id"] for each in await issuer.far.listed("locations")] == ["GARE"]
    asked = await issuer.far.sender("GET", "locations", "YARD")
    assert (asked.is_success, asked.data) == (False, None)
    assert list(_places(issuer.far)) == ["GARE"]


def _places(emsp: FarSide) -> dict[str, Any]:
    return {put.json()["id"]: put.json() for put in emsp.partner.heard("locations", "PUT")}


async def wrong_with(issuing: Issuing, version: str, **changes: Any) -> set[tuple[str, str]]:
    """What the check names, by pointer and code, in a Location that is kept as it was told."""
    cpo, name = issuing.cpo(version), uuid.uuid4().hex
    location = wire.location(version, cpo.party, id=name, **changes)
    assert (await cpo.push("PUT", "locations", name, body=location)).is_success
    assert await cpo.shown("locations", name) == location
    (kept,) = [each for each in await issuing.kept("locations") if each["id"] == name]
    return {(each.pointer, each.code) for each in conformance.check(Location.model_validate(kept))}


@SINCE_2_2_1
async def test_c069_only_a_place_that_is_not_public_says_who_may_see_it(
    issuing: Issuing, version: str
) -> None:
    who = [{"group_id": "FLEET"}]
    assert await wrong_with(issuing, version, publish=False, publish_allowed_to=who) == set()
    assert await wrong_with(issuing, version, publish_allowed_to=who) == {
        ("/publish_allowed_to", "published")
    }


@SINCE_2_2_1
@pytest.mark.parametrize(
    ("who", "pointer"),
    [
        ({"language": "fr"}, ""),
        ({"uid": "04AA"}, "/type"),
        ({"visual_number": "0001"}, "/issuer"),
        ({"uid": "04AA", "type": "RFID"}, None),
        ({"visual_number": "0001", "issuer": "MSP"}, None),
        ({"group_id": "FLEET"}, None),
    ],
)
async def test_c070_a_publish_token_names_somebody(
    issuing: Issuing, version: str, who: Json, pointer: str | None
) -> None:
    found = await wrong_with(issuing, version, publish=False, publish_allowed_to=[who])
    assert found == (set() if pointer is None else {(f"/publish_allowed_to/0{pointer}", "incomplete")})


@SINCE_2_2_1
async def test_c071_public_and_other_evses_are_two_locations(charging: Charging, version: str) -> None:
    issuer = charging.issuers[version]
    await eventually(lambda: {"GARE", "YARD"} <= set(_places(issuer.far)))
    evses = {each: [evse["uid"] for evse in place["evses"]] for each, place in _places(issuer.far).items()}
    assert evses == {"GARE": ["CP-1-1", "CP-1-2", "CP-1-3"], "YARD": ["CP-2-1"]}


EVERY_MONDAY = {"weekday": 1, "period_begin": "08:00", "period_end": "20:00"}


@SINCE_2_2_1
@pytest.mark.parametrize(
    ("opening_times", "found"),
    [
        ({"twentyfourseven": True}, set()),
        ({"twentyfourseven": False, "regular_hours": [EVERY_MONDAY]}, set()),
        ({"twentyfourseven": False}, {("/opening_times/regular_hours", "incomplete")}),
        (
            {"twentyfourseven": True, "regular_hours": [EVERY_MONDAY]},
            {("/opening_times/regular_hours", "contradiction")},
        ),
        (
            {
                "twentyfourseven": True,
                "exceptional_closings": [
                    {"period_begin": "2026-05-01T22:00:00Z", "period_end": "2026-05-01T00:00:00Z"}
                ],
            },
            {("/opening_times/exceptional_closings/0/period_end", "order")},
        ),
    ],
)
async def test_c072_hours_are_told_unless_a_place_is_always_open(
    issuing: Issuing, version: str, opening_times: Json, found: set[tuple[str, str]]
) -> None:
    assert await wrong_with(issuing, version, opening_times=opening_times) == found


@SINCE_2_2_1
async def test_c072_a_place_must_say_whether_it_is_always_open(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    vague = wire.location(version, cpo.party, id="C072", opening_times={"regular_hours": [EVERY_MONDAY]})
    heard = await cpo.push("PUT", "locations", "C072", body=vague)
    assert (heard.http, heard.status) == (200, 2001)
    assert "/opening_times/twentyfourseven" in heard.envelope["status_message"]
    assert (await cpo.push("GET", "locations", "C072")).http == 404


@SINCE_2_2_1
@pytest.mark.parametrize(("begin", "end"), [("22:00", "06:00"), ("08:00", "08:00")])
async def test_c073_regular_hours_end_on_the_day_on_which_they_begin(
    issuing: Issuing, version: str, begin: str, end: str
) -> None:
    night = {"weekday": 1, "period_begin": begin, "period_end": end}
    found = await wrong_with(
        issuing, version, opening_times={"twentyfourseven": False, "regular_hours": [EVERY_MONDAY, night]}
    )
    assert found == {("/opening_times/regular_hours/1/period_end", "order")}


@ALL
async def test_c074_energy_sources_add_up_to_a_hundred(issuing: Issuing, version: str) -> None:
    def mix(solar: int) -> Json:
        sources = [{"source": "WIND", "percentage": 60}, {"source": "SOLAR", "percentage": solar}]
        return {"is_green_energy": True, "energy_sources": sources}

    assert await wrong_with(issuing, version, energy_mix=mix(40)) == set()
    assert await wrong_with(issuing, version, energy_mix=mix(30)) == {("/energy_mix/energy_sources", "sum")}


@ALL
async def test_c074_what_energy_does_to_nature_is_named_as_each_version_names_it(
    issuing: Issuing, version: str
) -> None:
    cpo = issuing.cpo(version)
    named = "source" if version == V1 else "category"
    impact = {named: "CARBON_DIOXIDE", "amount": 372}
    await told(cpo, id="C074", energy_mix={"is_green_energy": False, "environ_impact": [impact]})
    assert (await cpo.shown("locations", "C074"))["energy_mix"]["environ_impact"] == [impact]
    (kept,) = [
        each
        for each in await issuing.kept("locations")
        if (each["id"], each["party_id"]) == ("C074", cpo.party.party_id)
    ]
    assert kept["energy_mix"]["environ_impact"] == [{"category": "CARBON_DIOXIDE", "amount": 372}]


@SINCE_2_2_1
async def test_c075_what_has_no_tariff_is_not_free(charging: Charging, version: str) -> None:
    """Connector 2 names no tariff, connector 3 one that costs nothing."""
    unpriced, free = [await charging.card(version, whitelist="ALLOWED") for _ in range(2)]
    played = [
        await charging.charge(unpriced, connector=2),
        await charging.charge(free, connector=3),
    ]
    assert wire.net((await charging.bill(free))["total_cost"]) == 0
    outcomes = [(await charging.outcome(each.transaction_id))["outcome"] for each in played]
    assert outcomes == ["HELD", "BILLED"]
    assert charging.issuers[version].told("cdrs", unpriced) == []


@spoken(V3)
async def test_c077_an_evse_stands_at_parking_places_that_exist_once(issuing: Issuing, version: str) -> None:
    def place(name: str) -> Json:
        return {"id": name, "vehicle_types": ["PERSONAL_VEHICLE"], "restricted_to_type": False,
                "reservation_required": False}  # fmt: skip

    at_p1, at_p2 = [wire.evse(version, parking=[{"parking_id": name}]) for name in ("P1", "P2")]
    places = [place("P1")]
    assert await wrong_with(issuing, version, evses=[at_p1], parking_places=places) == set()
    missing = {("/evses/0/parking/0/parking_id", "reference")}
    assert await wrong_with(issuing, version, evses=[at_p2], parking_places=places) == missing
    twice = {("/parking_places/1/id", "unique")}
    assert await wrong_with(issuing, version, parking_places=[*places, place("P1")]) == twice


@SINCE_2_2_1
async def test_c078_what_is_meant_for_access_points_can_be_left_aside(between: Between, version: str) -> None:
    """A partner of 2.3.0 gets it, one of 2.2.1 all the rest."""
    parking = {"id": "P1", "vehicle_types": ["PERSONAL_VEHICLE"], "restricted_to_type": False,
               "reservation_required": False}  # fmt: skip
    spot = wire.evse(V3, accepted_service_providers=["MSP"], parking=[{"parking_id": "P1"}])
    name = f"C078-{version}"
    await told(between.cpo, id=name, evses=[spot], parking_places=[parking])
    arrived = (await between.arrived(version, "locations", name))[-1].json()
    assert (arrived["name"], arrived["evses"][0]["uid"]) == ("Gare du Nord", "E1")
    assert ("parking_places" in arrived) is (version == V3)
    assert ("accepted_service_providers" in arrived["evses"][0]) is (version == V3)


@ALL
async def test_c079_a_schedule_stands_beside_the_status_that_is(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    planned = [{"period_begin": "2026-02-01T00:00:00Z", "status": "INOPERATIVE"}]
    await told(cpo, id="C079", evses=[wire.evse(version, status_schedule=planned)])
    change = {"status": "CHARGING", "last_updated": LATER}
    assert (await cpo.push("PATCH", "locations", "C079", "E1", body=change)).http == 200
    shown = await cpo.shown("locations", "C079", "E1")
    assert (shown["status"], shown["status_schedule"]) == ("CHARGING", planned)


@ALL
async def test_c079_our_cpo_tells_a_status_when_it_changes(charging: Charging, version: str) -> None:
    issuer, card = charging.issuers[version], await charging.card(version, whitelist="ALLOWED")
    await eventually(lambda: _statuses(issuer.far)[-1:] == ["AVAILABLE"])
    steady = PowerProfile.constant(power_w=6000, duration_s=60)
    await charging.charge(card, profile=steady, speed=60)
    await eventually(lambda: _statuses(issuer.far)[-2:] == ["CHARGING", "AVAILABLE"])


def _statuses(emsp: FarSide) -> list[str]:
    """Of the first EVSE, each once as long as it stayed."""
    puts = (put.json() for put in emsp.partner.heard("locations", "PUT"))
    seen = [place["evses"][0]["status"] for place in puts if place["id"] == "GARE"]
    return [status for before, status in zip([None, *seen], seen, strict=False) if status != before]


@SINCE_2_2_1
async def test_c080_a_place_without_an_operator_is_run_by_the_party_of_its_owner(
    issuing: Issuing, version: str
) -> None:
    cpo = issuing.cpo(version)
    await told(cpo, id="C080")
    assert "operator" not in await cpo.shown("locations", "C080")
    partners = await asyncio.to_thread(issuing.emsp.admin.get, "/partners")
    named = {role["party"]: role["name"] for partner in partners for role in partner["roles"]}
    assert named[str(cpo.party)] == f"Simulated {cpo.party}"
