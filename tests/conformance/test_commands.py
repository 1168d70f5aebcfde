"""C-076, C-096, C-097, C-102, C-120 … C-130: what eMSPs order, and what becomes of it.

Our CPO adapter carries orders out at a real station; our eMSP adapter gives them to a scripted CPO.
Spec: 2.3.0 mod_commands, mod_charging_profiles, mod_sessions; ocpi.md 5.7.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from simulators.charge import Charge, Charged
from simulators.partner import Reply, Request
from tests.conformance import wire
from tests.conformance.charging import A_MOMENT, charging_on
from tests.conformance.far_side import FarSide
from tests.conformance.issuing import Issuing, issuing_on
from tests.conformance.ordering import A_WHILE, EVSES, GREEN, SITES, Ordering, Orders, later
from tests.conformance.sites import TARIFFS
from tests.conformance.stages import SHARED_LOOP
from tests.conformance.versions import SINCE_2_2_1, V1, V2, V3, spoken
from tests.conformance.wire import Json
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import EMSP, operate

pytestmark = SHARED_LOOP


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ordering(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ordering]:
    made: Json = {"connectors": EVSES, "remote_charge": A_WHILE, "clock_behind_s": 3600}
    folder = tmp_path_factory.mktemp("cpo")
    async with charging_on(mongo_url, folder, sites=SITES, tariffs=TARIFFS + GREEN, **made) as found:
        yield Ordering(found)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def issuing(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Issuing]:
    async with issuing_on(mongo_url, tmp_path_factory.mktemp("emsp")) as found:
        yield found


@SINCE_2_2_1
async def test_c076_where_a_connector_must_be_named_nothing_starts_without(
    ordering: Ordering, version: str
) -> None:
    orders = ordering.by(version)
    picky = {"location_id": "PICKY", "evse_uid": "CP-2-1", "token": orders.app()}
    async with ordering.charging.raw_station("CP-2"):
        without, _ = await orders.order("START_SESSION", **picky)
        named, _ = await orders.order("START_SESSION", **picky, connector_id="1")
    assert (without.status, without.data["result"]) == (1000, "REJECTED")
    assert named.data["result"] == "ACCEPTED"


@SINCE_2_2_1
async def test_c096_nobody_is_asked_about_the_token_of_an_order(ordering: Ordering, version: str) -> None:
    """Not even where its issuer would say no, and the token says of itself that it is not valid."""
    orders = ordering.by(version)
    app = orders.app(valid=False)
    orders.issuer.answers[app["uid"]] = orders.issuer.info(app["uid"], "BLOCKED")
    session_id = await orders.started(app)
    bill = await orders.stopped(session_id)
    assert bill["auth_method"] == "COMMAND"
    assert orders.asked(app) == []


@SINCE_2_2_1
async def test_c096_nobody_is_asked_about_a_card_for_a_while_after_its_order(
    ordering: Ordering, version: str
) -> None:
    """Where the order was for; anywhere else it is a card that has to be asked about."""
    orders, elsewhere = ordering.by(version), ordering.by(version)
    card = orders.card()
    assert (await orders.issuer.far.push("PUT", "tokens", card["uid"], body=card)).http == 201
    await orders.stopped(await orders.started(card))
    await eventually(lambda: orders.shown() == "AVAILABLE")
    assert (await _tapped(ordering, card, orders)).card == "Accepted"
    assert orders.asked(card) == []
    orders.issuer.answers[card["uid"]] = orders.issuer.info(card["uid"], "BLOCKED")
    assert (await _tapped(ordering, card, elsewhere)).card == "Blocked"
    assert set(_evses_of(orders.issuer.far, card)) == {orders.at["evse_uid"]}


async def _tapped(ordering: Ordering, card: Json, orders: Orders) -> Charged:
    """At the EVSE of these orders, for a moment."""
    station = ordering.charging.station
    assert station is not None
    moment = Charge(uid=card["uid"], profile=A_MOMENT, duration_s=1, speed=10, connector=orders.number)
    return await station.charge(moment)


def _evses_of(emsp: FarSide, token: Json) -> list[str]:
    """Where sessions of that card went on."""
    puts = (put.json() for put in emsp.partner.heard("sessions", "PUT"))
    return [each["evse_uid"] for each in puts if each["cdr_token"]["uid"] == token["uid"]]


@SINCE_2_2_1
async def test_c097_the_token_of_an_order_stands_in_session_and_bill_and_on_no_list(
    ordering: Ordering, version: str
) -> None:
    orders = ordering.by(version)
    app = orders.app()
    session_id = await orders.started(app, authorization_reference="REF-7")
    session, bill = await orders.session("ACTIVE"), await orders.stopped(session_id)
    for told in (session, bill):
        assert (told["cdr_token"]["uid"], told["cdr_token"]["type"]) == (app["uid"], "APP_USER")
        assert (told["cdr_token"]["contract_id"], told["authorization_reference"]) == (
            app["contract_id"],
            "REF-7",
        )
    assert (await orders.issuer.far.push("GET", "tokens", app["uid"], type="APP_USER")).http == 404


def reservation(token: Json, **changes: Any) -> Json:
    return {"token": token, "reservation_id": secrets.token_hex(4), "expiry_date": later(hours=1), **changes}


@SINCE_2_2_1
async def test_c102_a_reservation_of_ours_is_a_session_that_is_used(ordering: Ordering, version: str) -> None:
    orders = ordering.by(version)
    app = orders.app()
    assert await orders.ordered("RESERVE_NOW", **reservation(app), **orders.at) == "ACCEPTED"
    reserved = await orders.session("RESERVATION")
    used = await orders.started(app)
    assert (used, reserved["kwh"]) == (reserved["id"], 0)
    await orders.stopped(used)


@SINCE_2_2_1
async def test_c102_a_reservation_of_ours_that_nobody_uses_is_completed(
    ordering: Ordering, version: str
) -> None:
    orders = ordering.by(version)
    wanted = reservation(orders.app())
    await orders.ordered("RESERVE_NOW", **wanted, **orders.at)
    reserved = await orders.session("RESERVATION")
    cancelled = await orders.ordered("CANCEL_RESERVATION", reservation_id=wanted["reservation_id"])
    over = await orders.session("COMPLETED")
    assert (cancelled, over["id"], over["kwh"]) == ("ACCEPTED", reserved["id"], 0)


@SINCE_2_2_1
async def test_c120_our_result_is_the_bare_object_at_exactly_the_address_that_was_named(
    ordering: Ordering, version: str
) -> None:
    orders = ordering.by(version)
    _, url = await orders.order("START_SESSION", token=orders.app(), **orders.at)
    told = await orders.result(url)
    assert told.json() == {"result": "ACCEPTED"}
    assert (told.query, told.path) == ({"for": "a/b", "x": "1"}, url.rsplit("/", 1)[1].split("?")[0])
    assert told.routing.to == orders.issuer.far.party


async def given(issuing: Issuing, cpo: FarSide, **changes: Any) -> Any:
    """A start that the back office orders, and that the CPO promises to try within a minute."""
    promised: Json = {"result": "ACCEPTED"} if cpo.version == V1 else {"result": "ACCEPTED", "timeout": 60}
    cpo.partner.answer("POST", "commands", Side.RECEIVER, lambda _: Reply(promised))
    start = {"command": "START_SESSION", "cpo": str(cpo.party), "location_id": "LOC1"}
    return await operate(issuing.emsp, "/commands", {**start, "token": {"uid": "04AA"}, **changes})


async def command(issuing: Issuing, told: Any) -> Any:
    return await asyncio.to_thread(issuing.emsp.admin.get, f"/commands/{told['id']}")


def asked(cpo: FarSide) -> Request:
    return cpo.partner.heard("commands", "POST")[-1]


async def tell(cpo: FarSide, result: Any) -> int:
    """The HTTP status with which the result of the last command is taken."""
    url = asked(cpo).json()["response_url"]
    token = cpo.partner.their_token
    assert token is not None
    return (await cpo.partner.send("POST", url, token, result, cpo.routing)).http


@SINCE_2_2_1
@pytest.mark.parametrize(
    "spelled",
    [
        {"result": "EVSE_OCCUPIED"},
        {"data": {"result": "EVSE_OCCUPIED"}, "status_code": 1000, "timestamp": wire.LAST_UPDATED},
    ],
    ids=["bare", "enveloped"],
)
async def test_c120_a_result_is_taken_bare_and_in_an_envelope(
    issuing: Issuing, version: str, spelled: Json
) -> None:
    cpo = issuing.cpo(version)
    told = await given(issuing, cpo)
    assert await tell(cpo, spelled) == 200
    shown = await command(issuing, told)
    assert (shown["state"], shown["result"]["result"]) == ("DONE", "EVSE_OCCUPIED")


@SINCE_2_2_1
async def test_c121_our_answer_says_how_long_to_wait(ordering: Ordering, version: str) -> None:
    orders = ordering.by(version)
    for told in (orders.at, {**orders.at, "evse_uid": "NOWHERE"}):
        heard, _ = await orders.order("START_SESSION", token=orders.app(), **told)
        assert isinstance(heard.data["timeout"], int)


@SINCE_2_2_1
async def test_c121_after_the_time_it_was_told_a_command_has_timed_out_and_its_session_still_counts(
    issuing: Issuing, version: str
) -> None:
    cpo = issuing.cpo(version)
    told = await given(issuing, cpo)
    await issuing.clock.leap(seconds=61)

    async def is_over() -> bool:
        return bool((await command(issuing, told))["state"] == "TIMED_OUT")

    await eventually_so(is_over)
    reference = told["about"]["authorization_reference"]
    session = wire.session(
        version, cpo.party, EMSP, id=secrets.token_hex(8), authorization_reference=reference
    )
    assert (await cpo.push("PUT", "sessions", session["id"], body=session)).http == 201
    assert (await command(issuing, told))["sessions"] == [session["id"]]


@spoken(V1)
async def test_c122_in_2_1_1_answer_and_result_are_the_same_class(ordering: Ordering, version: str) -> None:
    orders = ordering.by(version)
    heard, url = await orders.order("START_SESSION", token=orders.app(), **orders.at)
    assert heard.data == {"result": "ACCEPTED"}
    assert (await orders.result(url)).json() == {"result": "ACCEPTED"}


@spoken(V1)
@pytest.mark.parametrize(("result", "meant"), [("ACCEPTED", "ACCEPTED"), ("TIMEOUT", "TIMEOUT")])
async def test_c122_a_result_of_2_1_1_is_understood(
    issuing: Issuing, version: str, result: str, meant: str
) -> None:
    cpo = issuing.cpo(version)
    told = await given(issuing, cpo)
    assert "connector_id" not in asked(cpo).json()
    assert await tell(cpo, {"result": result}) == 200
    assert (await command(issuing, told))["result"]["result"] == meant


@spoken(V3)
async def test_c123_two_issuers_may_use_the_same_reservation_id(ordering: Ordering, version: str) -> None:
    one, other = ordering.by(version), ordering.by(V2)
    wanted = [reservation(each.app(), reservation_id="SAME") for each in (one, other)]
    for orders, told in zip((one, other), wanted, strict=True):
        assert await orders.ordered("RESERVE_NOW", **told, **orders.at) == "ACCEPTED"
    assert await other.ordered("CANCEL_RESERVATION", reservation_id="SAME") == "ACCEPTED"
    assert (await other.session("COMPLETED"))["status"] == "COMPLETED"
    assert (await one.session("RESERVATION"))["status"] == "RESERVATION"
    assert one.shown() == "RESERVED"


@SINCE_2_2_1
async def test_c124_the_same_reservation_id_again_moves_the_reservation(
    ordering: Ordering, version: str
) -> None:
    first, second = ordering.by(version), ordering.by(version)
    wanted = reservation(first.app())
    for orders in (first, second):
        assert await orders.ordered("RESERVE_NOW", **wanted, **orders.at) == "ACCEPTED"
    await eventually(lambda: (first.shown(), second.shown()) == ("AVAILABLE", "RESERVED"))


@SINCE_2_2_1
async def test_c125_a_reservation_that_we_cancel_is_told_where_it_was_asked_for(
    ordering: Ordering, version: str
) -> None:
    orders = ordering.by(version)
    wanted = reservation(orders.app())
    _, url = await orders.order("RESERVE_NOW", **wanted, **orders.at)
    await orders.result(url)
    admin = ordering.charging.cpo
    held = await asyncio.to_thread(admin.admin.get, "/reservations")
    (ours,) = [each for each in held if each["reservation_id"] == wanted["reservation_id"]]
    await operate(admin, f"/reservations/{ours['id']}/cancel", {})
    await eventually(lambda: len(orders.results(url)) == 2)
    told = [each.json()["result"] for each in orders.results(url)]
    assert told == ["ACCEPTED", "CANCELED_RESERVATION"]


@SINCE_2_2_1
async def test_c125_a_reservation_that_the_cpo_cancels_is_over_for_us(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    told = await given(issuing, cpo, command="RESERVE_NOW", expiry_date="2026-03-09T00:00:00Z")
    assert await tell(cpo, {"result": "ACCEPTED"}) == 200
    assert await tell(cpo, {"result": "CANCELED_RESERVATION"}) == 200
    shown = await command(issuing, told)
    assert (shown["result"]["result"], shown["cancellation"]["result"]) == (
        "ACCEPTED",
        "CANCELED_RESERVATION",
    )


@spoken(V3)
async def test_c126_nobody_stops_the_session_of_another_issuer(ordering: Ordering, version: str) -> None:
    orders, other = ordering.by(version), ordering.by(V2)
    session_id = await orders.started(orders.app())
    heard, _ = await other.order("STOP_SESSION", session_id=session_id)
    assert (heard.status, heard.data["result"]) == (1000, "REJECTED")
    assert (await orders.stopped(session_id))["session_id"] == session_id


@SINCE_2_2_1
async def test_c126_a_session_that_nobody_knows_is_unknown(ordering: Ordering, version: str) -> None:
    heard, _ = await ordering.by(version).order("STOP_SESSION", session_id="NOBODY-KNOWS")
    assert (heard.status, heard.data["result"]) == (1000, "UNKNOWN_SESSION")


@SINCE_2_2_1
async def test_c127_a_connector_is_unlocked_by_the_operator_alone(issuing: Issuing, version: str) -> None:
    """There is one door for it, and who comes without the operator's key asks the CPO nothing."""
    cpo = issuing.cpo(version)
    before = len(cpo.partner.heard("commands"))
    unlock = {"command": "UNLOCK_CONNECTOR", "cpo": str(cpo.party), "location_id": "LOC1"}
    body = {**unlock, "evse_uid": "E1", "connector_id": "1"}
    async with httpx.AsyncClient() as driver:
        refused = await driver.post(f"{issuing.emsp.admin.url}/admin/v1/commands", json=body)
    assert (refused.status_code, len(cpo.partner.heard("commands"))) == (401, before)
    cpo.partner.answer(
        "POST", "commands", Side.RECEIVER, lambda _: Reply({"result": "ACCEPTED", "timeout": 9})
    )
    await operate(issuing.emsp, "/commands", body)
    assert asked(cpo).path == "UNLOCK_CONNECTOR"


PROFILE = {
    "charging_rate_unit": "W",
    "charging_profile_period": [{"start_period": 0, "limit": 7400.5}, {"start_period": 60, "limit": 3700}],
}


async def limited_by(orders: Orders, session_id: str, **profile: Any) -> None:
    """Set, and taken by the station."""
    url, told = orders.url("chargingprofiles"), {**PROFILE, **profile}
    heard = await orders.issuer.far.receiver(
        "PUT", "chargingprofiles", session_id, body={"charging_profile": told, "response_url": url}
    )
    assert heard.data["result"] == "ACCEPTED"
    assert (await orders.result(url, "chargingprofiles")).json() == {"result": "ACCEPTED"}


async def active_periods(orders: Orders, session_id: str) -> Any:
    """What the issuer is told of its own accord."""

    def pushed() -> list[Request]:
        puts = orders.issuer.far.partner.heard("chargingprofiles", "PUT")
        return [put for put in puts if put.path == session_id]

    await eventually(pushed)
    return pushed()[-1].json()["charging_profile"]["charging_profile_period"]


@SINCE_2_2_1
async def test_c128_only_who_limited_a_session_hears_how_it_is_limited(
    ordering: Ordering, version: str
) -> None:
    limited, unlimited = ordering.by(version), ordering.by(version)
    one, other = [await each.started(each.app()) for each in (limited, unlimited)]
    await limited_by(limited, one)
    assert await active_periods(limited, one) == PROFILE["charging_profile_period"]
    heard = limited.issuer.far.partner.heard("chargingprofiles", "PUT")
    assert other not in [put.path for put in heard]


@SINCE_2_2_1
async def test_c129_who_asks_too_often_is_told_so(ordering: Ordering, version: str) -> None:
    orders = ordering.by(version)
    session_id = await orders.started(orders.app())
    told = []
    for _ in range(8):
        heard = await orders.issuer.far.receiver(
            "GET", "chargingprofiles", session_id, duration="900", response_url=orders.url("chargingprofiles")
        )
        told.append(heard.data["result"])
    assert (told[0], told[-1]) == ("ACCEPTED", "TOO_OFTEN")


FINE = {"charging_profile_period": [{"start_period": 0, "limit": 7400.25}]}


@SINCE_2_2_1
async def test_c129_a_limit_reaches_a_station_with_one_decimal(ordering: Ordering, version: str) -> None:
    """A finer one is cut, so that no more flows than was allowed."""
    orders = ordering.by(version)
    session_id = await orders.started(orders.app())
    await limited_by(orders, session_id, **FINE)
    assert await active_periods(orders, session_id) == [{"start_period": 0, "limit": 7400.2}]


@SINCE_2_2_1
async def test_c129_our_emsp_gives_no_limit_with_more_than_one_decimal(
    issuing: Issuing, version: str
) -> None:
    cpo = issuing.cpo(version)
    wanted = {"action": "SET_PROFILE", "session_id": "S1", "cpo": str(cpo.party)}
    with pytest.raises(AdminRefused, match="one decimal"):
        await operate(issuing.emsp, "/charging_profiles", {**wanted, "profile": {**PROFILE, **FINE}})
    assert cpo.partner.heard("chargingprofiles") == []


@SINCE_2_2_1
async def test_c130_what_a_driver_wants_must_be_possible_there(ordering: Ordering, version: str) -> None:
    orders = ordering.by(version)
    session_id = await orders.started(orders.app())
    enough, soon = {"energy_need": 5, "departure_time": later(hours=2)}, {"departure_time": later(minutes=1)}
    answers = [
        ({"profile_type": "GREEN", **enough}, "ACCEPTED"),
        ({"profile_type": "GREEN", "energy_need": 5}, "DEPARTURE_REQUIRED"),
        ({"profile_type": "GREEN", "departure_time": later(hours=2)}, "ENERGY_NEED_REQUIRED"),
        ({"profile_type": "GREEN", "energy_need": 50, **soon}, "NOT_POSSIBLE"),
        ({"profile_type": "FAST"}, "PROFILE_TYPE_NOT_SUPPORTED"),
    ]
    for wanted, answer in answers:
        heard = await orders.issuer.far.sender(
            "PUT", "sessions", session_id, "charging_preferences", body=wanted
        )
        assert (heard.http, heard.status, heard.data) == (200, 1000, answer)
    await eventually(lambda: _tariffs(orders.newest())[-1:] == ["GREEN"])
    assert _tariffs(await orders.stopped(session_id))[-1] == "GREEN"


def _tariffs(told: Json) -> list[str]:
    return [each["tariff_id"] for each in told.get("charging_periods", ())]
