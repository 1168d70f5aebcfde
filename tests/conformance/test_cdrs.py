"""C-104 … C-119, C-145 … C-147: bills, as CPOs send them and as ours makes them.

The bill of ours that most cases look at is worked out by hand in `REFERENCE`.
Spec: 2.3.0 mod_cdrs; ocpi.md 5.6, 5.8.
"""

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ocpi.process.clock import SystemClock
from schemas import conformance
from schemas.times import parse
from schemas.v2_3_0.cdrs import CDR
from simulators.partner import Reply
from tests.conformance import wire
from tests.conformance.between import Between, between_on
from tests.conformance.billing import Charge, Total, at, comes_to, findings
from tests.conformance.charging import Charging, charging_on, running_stations
from tests.conformance.far_side import FarSide
from tests.conformance.issuers import issuer_of
from tests.conformance.issuing import Issuing, issuing_on
from tests.conformance.sites import TARIFFS, site
from tests.conformance.stages import SHARED_LOOP
from tests.conformance.told_station import ToldStation, raw_station
from tests.conformance.versions import ALL, SINCE_2_2_1, V1
from tests.conformance.wire import Json, component, element, period
from tests.lent import lent
from tests.platforms import EMSP, free_port

pytestmark = SHARED_LOOP

# 5 kWh at 0.30, 5 at 0.20, an hour of charging at 1.20, half an hour parked at 6.00, and 0.50 for the start:
# 1.50 + 1.00 + 1.20 + 3.00 + 0.50 = 7.20, and 20 % tax 8.64.
REFERENCE = """
[[tariffs]]
id = "DAY"
currency = "EUR"
tax_included = "NO"
[[tariffs.elements]]
price_components = [
  { type = "FLAT", price = 0.50, vat = 20, step_size = 1 },
  { type = "ENERGY", price = 0.30, vat = 20, step_size = 1 },
]
restrictions = { max_kwh = 5 }
[[tariffs.elements]]
price_components = [
  { type = "ENERGY", price = 0.20, vat = 20, step_size = 1 },
  { type = "TIME", price = 1.20, vat = 20, step_size = 1 },
  { type = "PARKING_TIME", price = 6.00, vat = 20, step_size = 1 },
]
"""
_PRICED = """
[[tariffs]]
id = "{id}"
currency = "EUR"
tax_included = "NO"
{more}
elements = [{{ price_components = [{{ type = "ENERGY", price = {price}, vat = 20, step_size = 1 }}] }}]
"""


def priced(tariff_id: str, price: str, more: str = "") -> str:
    return _PRICED.format(id=tariff_id, price=price, more=more)


def _of_two_ages() -> str:
    """One that ended half an hour ago, and the one that took its place."""
    change = (SystemClock().now() - timedelta(minutes=30)).isoformat(timespec="seconds")
    old = priced("OLD", "0.40", f'end_date_time = "{change}"')
    return old + priced("NEW", "0.80", f'start_date_time = "{change}"')


SITES = (
    site("GARE", "CP-1", ["AC"])
    + site("PARK", "CP-DAY", ["DAY"])
    + site("TYPES", "CP-TYPES", ["ADHOC", "REGULAR"])
    + site("AGES", "CP-AGES", ["NEW", "OLD"])
)


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
    types = priced("ADHOC", "0.90", 'type = "AD_HOC_PAYMENT"') + priced("REGULAR", "0.40", 'type = "REGULAR"')
    tariffs = TARIFFS + REFERENCE + types + _of_two_ages()
    folder = tmp_path_factory.mktemp("cpo")
    async with charging_on(mongo_url, folder, sites=SITES, tariffs=tariffs) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bills(charging: Charging) -> Mapping[str, Any]:
    """The reference charge as the issuer of each version is billed for it."""
    return {version: await _reference(charging, version) for version in charging.issuers}


async def _reference(charging: Charging, version: str) -> Any:
    card = await charging.card(version)
    async with charging.raw_station("CP-DAY") as station:
        number = await station.begin(card.uid, minutes_ago=90)
        await station.status("Charging", minutes_ago=90)
        await station.meter(number, wh=5000, minutes_ago=60, power_w=10_000)
        await station.meter(number, wh=10_000, minutes_ago=30, power_w=0)
        await station.status("SuspendedEV", minutes_ago=30)
        await station.stop(number, card.uid, wh=10_000)
    return await charging.bill(card)


def volumes(told: Json) -> list[tuple[int, Json]]:
    """Of each period: its minute, and how much of what, but for extremes."""
    begin = parse(told["start_date_time"])
    return [
        (
            int((parse(each["start_date_time"]) - begin).total_seconds()) // 60,
            {
                one["type"]: one["volume"]
                for one in each["dimensions"]
                if not one["type"].startswith(("MIN_", "MAX_"))
            },
        )
        for each in told["charging_periods"]
    ]


def dimensions(told: Json) -> set[str]:
    return {one["type"] for each in told["charging_periods"] for one in each["dimensions"]}


async def wrong_with(issuing: Issuing, version: str, **changes: Any) -> set[tuple[str, str]]:
    """What the check names, by pointer and code, in a bill that is kept as it came."""
    cpo, name = issuing.cpo(version), uuid.uuid4().hex
    cdr = wire.cdr(version, cpo.party, EMSP, **{"id": name, **changes})
    heard = await cpo.bill(cdr)
    assert heard.http == 201, heard.body
    (kept,) = [each for each in await issuing.kept("cdrs") if each["id"] == cdr["id"]]
    return {(each.pointer, each.code) for each in conformance.check(CDR.model_validate(kept))}


@SINCE_2_2_1
async def test_c104_what_only_a_running_session_tells_is_in_no_bill_of_ours(
    bills: Mapping[str, Any], version: str
) -> None:
    """The station measured power, currents and the battery all the while."""
    of_sessions = {"CURRENT", "ENERGY_EXPORT", "ENERGY_IMPORT", "POWER", "STATE_OF_CHARGE"}
    assert {"ENERGY", "TIME", "PARKING_TIME"} <= dimensions(bills[version])
    assert dimensions(bills[version]) & of_sessions == set()


@SINCE_2_2_1
@pytest.mark.parametrize("kind", ["CURRENT", "ENERGY_EXPORT", "ENERGY_IMPORT", "POWER", "STATE_OF_CHARGE"])
async def test_c104_what_only_a_running_session_tells_is_named_in_a_bill_of_others(
    issuing: Issuing, version: str, kind: str
) -> None:
    told = period("2026-03-01T07:00:00Z", ENERGY=8)
    told["dimensions"].append({"type": kind, "volume": 5})
    found = await wrong_with(issuing, version, charging_periods=[told])
    assert found == {("/charging_periods/0/dimensions/1/type", "session_only")}


@SINCE_2_2_1
async def test_c105_a_flat_fee_is_no_volume(bills: Mapping[str, Any], version: str) -> None:
    assert wire.net(bills[version]["total_fixed_cost"]) == 0.5
    assert "FLAT" not in dimensions(bills[version])


@SINCE_2_2_1
async def test_c105_a_flat_fee_among_the_volumes_is_refused_with_its_place(
    issuing: Issuing, version: str
) -> None:
    cpo = issuing.cpo(version)
    flat = period("2026-03-01T07:00:00Z", ENERGY=8, FLAT=1)
    heard = await cpo.bill(wire.cdr(version, cpo.party, EMSP, id="C105", charging_periods=[flat]))
    assert (heard.http, heard.status) == (200, 2001)
    assert "/charging_periods/0/dimensions/1/type" in heard.envelope["status_message"]


@SINCE_2_2_1
async def test_c106_a_period_begins_whenever_another_price_does(
    bills: Mapping[str, Any], version: str
) -> None:
    """After 5 kWh, and when the car is full; kWh and hours of each period alone."""
    assert volumes(bills[version]) == [
        (0, {"ENERGY": 5, "TIME": 0.5}),
        (30, {"ENERGY": 5, "TIME": 0.5}),
        (60, {"PARKING_TIME": 0.5}),
    ]


@SINCE_2_2_1
async def test_c107_periods_of_ours_name_a_tariff_that_is_in_the_bill(
    bills: Mapping[str, Any], version: str
) -> None:
    assert [each["tariff_id"] for each in bills[version]["charging_periods"]] == ["DAY"] * 3
    assert [each["id"] for each in bills[version]["tariffs"]] == ["DAY"]


@SINCE_2_2_1
async def test_c107_each_period_is_priced_by_the_tariff_that_it_names(issuing: Issuing, version: str) -> None:
    """10 kWh at 0.20 and, once the driver had changed the tariff, 10 at 0.30."""
    charge = Charge(
        tariffs={
            "SLOW": [element(component("ENERGY", "0.20"))],
            "FAST": [element(component("ENERGY", "0.30"))],
        },
        begin=at("10:00"),
        end=at("12:00"),
        periods=[
            period(at("10:00"), "SLOW", ENERGY=10, TIME=1),
            period(at("11:00"), "FAST", ENERGY=10, TIME=1),
        ],
    )
    await comes_to(issuing, version, charge, Total("5.00", "6.00"), wrong=Total("4.00", "4.80"))


@SINCE_2_2_1
async def test_c107_a_period_names_no_tariff_that_is_not_in_the_bill(issuing: Issuing, version: str) -> None:
    start = "2026-03-01T07:00:00Z"
    assert await wrong_with(issuing, version, charging_periods=[period(start, ENERGY=8)]) == set()
    stray = await wrong_with(issuing, version, charging_periods=[period(start, "T9", ENERGY=8)])
    assert stray == {("/charging_periods/0/tariff_id", "reference")}


@ALL
async def test_c108_a_bill_is_never_changed(issuing: Issuing, version: str) -> None:
    cpo, name = issuing.cpo(version), uuid.uuid4().hex
    await _never_changes(cpo, wire.cdr(version, cpo.party, EMSP, id=name))


async def test_c108_a_bill_that_went_through_the_hub_is_never_changed(between: Between) -> None:
    cpo, name = between.cpo, uuid.uuid4().hex
    emsp = between.emsps[cpo.version]
    await _never_changes(_to(cpo, emsp), wire.cdr(cpo.version, cpo.party, emsp.party, id=name))
    arrived = await between.arrived(cpo.version, "cdrs", name)
    assert {each.json()["total_energy"] for each in arrived} == {8}


async def _never_changes(cpo: FarSide, cdr: Json) -> None:
    posted = await cpo.bill(cdr)
    assert posted.http == 201
    kept = (await cpo.follow(posted.headers["Location"])).data
    assert kept["id"] == cdr["id"]
    for method in ("PUT", "PATCH", "DELETE"):
        assert (await cpo.push(method, "cdrs", cdr["id"], body=cdr)).http == 405
    assert (await cpo.bill(cdr)).is_success
    other = await cpo.bill({**cdr, "total_energy": 9, "last_updated": wire.LATER})
    assert (other.http, other.status) == (200, 2001)
    assert (await cpo.follow(posted.headers["Location"])).data == kept


def _to(cpo: FarSide, emsp: FarSide) -> FarSide:
    """The CPO as it speaks to one party behind the hub."""
    return FarSide(cpo.partner, cpo.party, emsp.party)


@SINCE_2_2_1
async def test_c109_a_credit_takes_back_the_total_and_copies_the_rest(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    original = await _billed(cpo)
    right = await _credited(issuing, cpo, original)
    assert right == set()


@SINCE_2_2_1
@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        ({"total_energy": -8}, "credit_differs", "/total_energy"),
        ({"end_date_time": "2026-03-01T07:59:00Z"}, "credit_differs", "/end_date_time"),
        ({"session_id": "ANOTHER"}, "credit_differs", "/session_id"),
        ({"credit_reference_id": None}, "credit_without_reference", "/credit_reference_id"),
        ({"net": ("2.00", "2.40")}, "total_cost_sign", "/total_cost"),
        ({"net": ("-1.00", "-1.20")}, "credit_not_opposite", "/total_cost"),
    ],
)
async def test_c109_what_a_credit_does_not_copy_is_named(
    issuing: Issuing, version: str, wrong: Json, code: str, pointer: str
) -> None:
    cpo = issuing.cpo(version)
    changes = dict(wrong)
    if "net" in changes:
        changes["total_cost"] = wire.cost(version, *changes.pop("net"))
    assert (code, pointer) in await _credited(issuing, cpo, await _billed(cpo), **changes)


async def _billed(cpo: FarSide) -> Json:
    original = wire.cdr(cpo.version, cpo.party, EMSP, id=uuid.uuid4().hex)
    assert (await cpo.bill(original)).http == 201
    return original


async def _credited(issuing: Issuing, cpo: FarSide, original: Json, **changes: Any) -> set[tuple[str, str]]:
    """Errors in the credit of a bill."""
    credit = {
        **original,
        "id": f"{original['id']}-CREDIT",
        "credit": True,
        "credit_reference_id": original["id"],
        "total_cost": wire.cost(cpo.version, "-2.00", "-2.40"),
        **changes,
    }
    told = {name: value for name, value in credit.items() if value is not None}
    assert (await cpo.bill(told)).http == 201
    verdict = await issuing.verdict(told["id"], cpo)
    return {(each["code"], each["pointer"]) for each in verdict["findings"] if each["severity"] == "ERROR"}


@SINCE_2_2_1
async def test_c110_only_a_credit_has_an_id_longer_than_36(issuing: Issuing, version: str) -> None:
    name = uuid.uuid4().hex
    at_most, longer, longest = (name.ljust(length, "x") for length in (36, 37, 39))
    credit = {"credit": True, "credit_reference_id": at_most, "total_cost": wire.cost(version, "-2.00")}
    assert await wrong_with(issuing, version, id=at_most) == set()
    assert await wrong_with(issuing, version, id=longest, **credit) == set()
    assert await wrong_with(issuing, version, id=longer) == {("/id", "length")}


@SINCE_2_2_1
async def test_c110_what_replaces_a_bill_is_an_ordinary_one(issuing: Issuing, version: str) -> None:
    """A new id, and nothing of the credit."""
    cpo = issuing.cpo(version)
    original = await _billed(cpo)
    assert await _credited(issuing, cpo, original) == set()
    replacement = {**original, "id": uuid.uuid4().hex}
    assert (await cpo.bill(replacement)).http == 201
    assert (await issuing.verdict(replacement["id"], cpo))["clean"]
    with_reference = await wrong_with(issuing, version, credit_reference_id=original["id"])
    assert with_reference == {("/credit_reference_id", "contradiction")}


@SINCE_2_2_1
async def test_c111_a_bill_of_ours_names_its_session(
    charging: Charging, bills: Mapping[str, Any], version: str
) -> None:
    sessions = charging.issuers[version].far.partner.heard("sessions", "PUT")
    assert bills[version]["session_id"] in [put.json()["id"] for put in sessions]


@SINCE_2_2_1
async def test_c111_a_bill_without_a_session_is_one_all_the_same(issuing: Issuing, version: str) -> None:
    assert await wrong_with(issuing, version, session_id=None) == set()


@ALL
async def test_c112_a_bill_of_ours_tells_all_as_it_was_when_the_session_began(
    mongo_url: str, tmp_path: Path, version: str
) -> None:
    """Between start and stop the adapter comes back with another price and another address."""
    sites, port = site("GARE", "CP-1", ["AC"]), free_port()
    moved, dearer = sites.replace("1 place de la Gare", "2 rue du Port"), TARIFFS.replace("0.40", "0.90")
    async with lent(mongo_url) as mongo, AsyncExitStack() as partners:
        async with running_stations(mongo, tmp_path, sites, port=port) as cpo:
            charging = Charging(cpo, {version: await issuer_of(cpo, version, partners)})
            card = await charging.card(version)
            async with raw_station(cpo, "CP-1") as station:
                number = await station.begin(card.uid, minutes_ago=60)
        async with running_stations(mongo, tmp_path, moved, dearer, port=port) as cpo:
            async with raw_station(cpo, "CP-1") as station:
                await station.stop(number, card.uid, wh=10_000)
            bill = await charging.bill(card)
    place = bill["location"] if version == V1 else bill["cdr_location"]
    assert (place["address"], wire.net(bill["total_cost"])) == ("1 place de la Gare", 4)
    (priced_at,) = bill["tariffs"][0]["elements"][0]["price_components"]
    assert priced_at["price"] == 0.4


@SINCE_2_2_1
@pytest.mark.parametrize("last", ["WHITELIST", "AUTH_REQUEST"])
async def test_c113_of_several_ways_in_the_last_one_counts(
    charging: Charging, version: str, last: str
) -> None:
    """Held up twice: once its issuer answers, once nobody does and the whitelist decides."""
    issuer, card = charging.issuers[version], await charging.card(version, whitelist="ALLOWED_OFFLINE")
    away, there = Reply(http=503, raw=b""), issuer.info(card.uid, authorization_reference="REF-1")
    async with charging.raw_station("CP-DAY") as station:
        for reply in (there, away) if last == "WHITELIST" else (away, there):
            issuer.answers[card.uid] = reply
            await station.say("Authorize", {"idTag": card.uid})
        issuer.answers[card.uid] = away
        number = int((await station.say("StartTransaction", _start(station, card.uid)))["transactionId"])
        await station.stop(number, card.uid, wh=1000)
    bill = await charging.bill(card)
    assert (bill["auth_method"], "authorization_reference" in bill) == (last, last == "AUTH_REQUEST")


def _start(station: ToldStation, uid: str) -> Json:
    return {"connectorId": 1, "idTag": uid, "meterStart": 0, "timestamp": station.ago(10)}


@ALL
async def test_c114_a_bill_can_be_read_where_its_answer_says(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    cdr = wire.cdr(version, cpo.party, EMSP, id=uuid.uuid4().hex)
    heard = await cpo.bill(cdr)
    assert (heard.http, "Location" in heard.headers) == (201, True)
    shown = await cpo.follow(heard.headers["Location"])
    assert (shown.http, shown.data["id"], shown.data["total_energy"]) == (200, cdr["id"], 8)
    again = await cpo.bill(cdr)
    assert again.headers["Location"] == heard.headers["Location"]


@SINCE_2_2_1
async def test_c114_a_bill_that_went_through_the_hub_can_be_read_there(
    between: Between, version: str
) -> None:
    emsp = between.emsps[version]
    cpo, name = _to(between.cpo, emsp), uuid.uuid4().hex
    heard = await cpo.bill(wire.cdr(cpo.version, cpo.party, emsp.party, id=name))
    assert heard.headers["Location"].startswith(between.hub.url)
    assert (await cpo.follow(heard.headers["Location"])).data["id"] == name
    assert (await between.arrived(version, "cdrs", name))[0].json()["id"] == name


@SINCE_2_2_1
async def test_c115_a_bill_for_a_reservation_that_was_never_used_names_no_evse(
    issuing: Issuing, version: str
) -> None:
    nowhere = wire.cdr_location(evse_uid="#NA", evse_id="#NA", connector_id="#NA")
    found = await wrong_with(
        issuing,
        version,
        cdr_location=nowhere,
        charging_periods=[period("2026-03-01T07:00:00Z", RESERVATION_TIME=1)],
        total_energy=0,
        session_id=None,
    )
    assert found == set()
    cpo, unsaid = issuing.cpo(version), wire.cdr_location(evse_uid=None)
    heard = await cpo.bill(wire.cdr(version, cpo.party, EMSP, id="C115", cdr_location=unsaid))
    assert (heard.status, "/cdr_location/evse_uid" in heard.envelope["status_message"]) == (2001, True)


@SINCE_2_2_1
async def test_c116_time_includes_parking_and_its_cost_does_not(
    bills: Mapping[str, Any], version: str
) -> None:
    bill = bills[version]
    assert (bill["total_time"], bill["total_parking_time"]) == (1.5, 0.5)
    assert (wire.net(bill["total_time_cost"]), wire.net(bill["total_parking_cost"])) == (1.2, 3)
    assert wire.net(bill["total_cost"]) == 7.2


PARKED = Charge(
    elements=[element(component("TIME", "1.20"), component("PARKING_TIME", "6.00"))],
    begin=at("10:00"),
    end=at("11:30"),
    periods=[period(at("10:00"), ENERGY=10, TIME=1), period(at("11:00"), PARKING_TIME="0.5")],
)


@SINCE_2_2_1
async def test_c116_parking_in_the_cost_of_charging_time_is_named(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    total = wire.cost(version, "4.20", "5.04")
    right = {"total_time_cost": ("1.20", "1.44"), "total_parking_cost": ("3.00", "3.60")}
    wrong = {"total_time_cost": ("4.20", "5.04")}
    assert await _differing(issuing, cpo, PARKED, total_cost=total, **_costs(version, right)) == set()
    assert await _differing(issuing, cpo, PARKED, total_cost=total, **_costs(version, wrong)) == {
        ("total_time_cost_differs", Decimal("1.2"), Decimal("4.2")),
        ("total_time_cost_differs", Decimal("1.44"), Decimal("5.04")),
    }


@SINCE_2_2_1
async def test_c117_fixed_parts_of_a_reservation_are_none_of_the_fixed_cost(
    issuing: Issuing, version: str
) -> None:
    """1.00 for reserving and 0.50 for the start; 10 kWh at 0.20."""
    charge = Charge(
        elements=[
            element(component("FLAT", "1.00"), reservation="RESERVATION"),
            element(component("FLAT", "0.50"), component("ENERGY", "0.20")),
        ],
        begin=at("09:45"),
        end=at("11:00"),
        periods=[period(at("09:45"), RESERVATION_TIME="0.25"), period(at("10:00"), ENERGY=10, TIME=1)],
    )
    cpo, total = issuing.cpo(version), wire.cost(version, "3.50", "4.20")
    energy = {"total_energy_cost": ("2.00", "2.40")}
    right = {**energy, "total_fixed_cost": ("0.50", "0.60"), "total_reservation_cost": ("1.00", "1.20")}
    wrong = {**energy, "total_fixed_cost": ("1.50", "1.80")}
    assert await _differing(issuing, cpo, charge, total_cost=total, **_costs(version, right)) == set()
    assert await _differing(issuing, cpo, charge, total_cost=total, **_costs(version, wrong)) == {
        ("total_fixed_cost_differs", Decimal("0.5"), Decimal("1.5")),
        ("total_fixed_cost_differs", Decimal("0.6"), Decimal("1.8")),
    }


def _costs(version: str, told: Mapping[str, tuple[str, str]]) -> Json:
    return {name: wire.cost(version, *sides) for name, sides in told.items()}


async def _differing(
    issuing: Issuing, cpo: FarSide, charge: Charge, **costs: Any
) -> set[tuple[str, Decimal, Decimal]]:
    found = await findings(issuing, cpo, charge, **costs)
    return {(each["code"], Decimal(each["expected"]), Decimal(each["actual"])) for each in found}


SIGNED = {
    "encoding_method": "OCMF",
    "encoding_method_version": 1,
    "public_key": "MFkwEwYHKoZIzj0CAQ==",
    "signed_values": [
        {"nature": nature, "plain_data": f"{nature} é\\u0000 {{}}", "signed_data": "OCMF|" + nature * 600}
        for nature in ("Start", "Intermediate", "End")
    ],
    "url": "https://meter.example/verify?id=1&x=%2F",
}


@SINCE_2_2_1
async def test_c118_signed_values_are_kept_as_they_are_and_in_their_order(
    issuing: Issuing, version: str
) -> None:
    cpo, name = issuing.cpo(version), uuid.uuid4().hex
    assert (await cpo.bill(wire.cdr(version, cpo.party, EMSP, id=name, signed_data=SIGNED))).http == 201
    assert (await cpo.shown("cdrs", name))["signed_data"] == SIGNED
    (kept,) = [each for each in await issuing.kept("cdrs") if each["id"] == name]
    assert kept["signed_data"] == SIGNED


@SINCE_2_2_1
async def test_c118_the_hub_passes_signed_values_on_as_they_are(between: Between, version: str) -> None:
    emsp = between.emsps[version]
    cpo, name = _to(between.cpo, emsp), uuid.uuid4().hex
    await cpo.bill(wire.cdr(cpo.version, cpo.party, emsp.party, id=name, signed_data=SIGNED))
    assert (await between.arrived(version, "cdrs", name))[0].json()["signed_data"] == SIGNED


@SINCE_2_2_1
async def test_c119_a_bill_may_come_from_a_place_that_was_never_told(issuing: Issuing, version: str) -> None:
    found = await wrong_with(issuing, version, cdr_location=wire.cdr_location(id="NEVER-TOLD"))
    assert found == set()
    assert "NEVER-TOLD" not in [each["id"] for each in await issuing.kept("locations")]


@SINCE_2_2_1
async def test_c119_the_hub_passes_on_a_bill_from_a_place_that_was_never_told(
    between: Between, version: str
) -> None:
    emsp = between.emsps[version]
    cpo, name = _to(between.cpo, emsp), uuid.uuid4().hex
    unseen = wire.cdr_location(id="NEVER-TOLD")
    await cpo.bill(wire.cdr(cpo.version, cpo.party, emsp.party, id=name, cdr_location=unseen))
    arrived = (await between.arrived(version, "cdrs", name))[0].json()
    assert arrived["cdr_location"]["id"] == "NEVER-TOLD"


@SINCE_2_2_1
@pytest.mark.parametrize(
    ("held_back_by", "time"),
    [("SuspendedEVSE", {"TIME": 1}), ("SuspendedEV", {"TIME": 0.5, "PARKING_TIME": 0.5})],
)
async def test_c145_a_car_is_parked_when_it_wants_no_power_and_not_when_it_gets_none(
    charging: Charging, version: str, held_back_by: str, time: Json
) -> None:
    card = await charging.card(version)
    async with charging.raw_station("CP-DAY") as station:
        number = await station.begin(card.uid, minutes_ago=60)
        await station.status("Charging", minutes_ago=60)
        await station.meter(number, wh=4000, minutes_ago=30, power_w=0)
        await station.status(held_back_by, minutes_ago=30)
        await station.stop(number, card.uid, wh=4000)
    bill = await charging.bill(card)
    told = [each for _, each in volumes(bill)]
    sums = {kind: sum(each.get(kind, 0) for each in told) for kind in ("TIME", "PARKING_TIME")}
    assert {kind: total for kind, total in sums.items() if total} == time
    assert bill["total_time"] == 1


@SINCE_2_2_1
async def test_c146_a_card_pays_the_regular_tariff_and_not_that_of_payment_on_the_spot(
    charging: Charging, version: str
) -> None:
    card = await charging.card(version)
    async with charging.raw_station("CP-TYPES") as station:
        await station.charge(card.uid, minutes=60, wh=10_000)
    bill = await charging.bill(card)
    assert wire.net(bill["total_cost"]) == 4
    assert {each["tariff_id"] for each in bill["charging_periods"]} == {"REGULAR"}


@SINCE_2_2_1
async def test_c147_a_session_keeps_the_tariff_that_was_valid_when_it_began(
    charging: Charging, version: str
) -> None:
    card = await charging.card(version)
    async with charging.raw_station("CP-AGES") as station:
        await station.charge(card.uid, minutes=60, wh=10_000)
    bill = await charging.bill(card)
    assert wire.net(bill["total_cost"]) == 4
    assert [each["id"] for each in bill["tariffs"]] == ["OLD"]
