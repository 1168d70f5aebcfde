"""What real stations make of orders, in every version of OCPP: from an eMSP's order to the frame and back.

B-96, B-97, B-98, B-99, B-100, B-101, B-102, B-103, B-104, B-107, B-112.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cpo_adapter.authorization.commanded import CLOCKS_DIFFER, WITHIN
from cpo_adapter.commands import control
from cpo_adapter.smart_charging import abilities
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.commands.ordering import Ordering, later, ordering
from tests.cpo_adapter.commands.saying import THERE, Saying
from tests.cpo_adapter.commands.test_reservations import states
from tests.fakes.eventually import eventually, eventually_so

SEVERAL = {"location_id": "PARC", "evse_uid": "CP-4-1"}
LIMIT = {"charging_rate_unit": "A", "charging_profile_period": [{"start_period": 0, "limit": 16}]}


@pytest.fixture(params=["1.6", "2.0.1", "2.1"])
def ocpp(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def orders(mongo: Mongo, tmp_path: Path) -> AsyncIterator[Ordering]:
    async with ordering(mongo, tmp_path) as running:
        yield running


@asynccontextmanager
async def saying(orders: Ordering, ocpp: str) -> AsyncIterator[Saying]:
    async with orders.raw_station(ocpp) as station:
        yield Saying(station, ocpp)


async def test_two_orders_for_one_evse_are_one_at_the_station(orders: Ordering, ocpp: str) -> None:
    """One frame, with the connector that stations refuse to guess; the other hears EVSE_OCCUPIED
    (B-97, B-98). The station asks about the card of the first, and its issuer is not asked (B-101).
    """
    cards = [orders.token(f"CARD-{number}", "RFID") for number in (1, 2)]
    async with saying(orders, ocpp) as station:
        urls = await asyncio.gather(
            *(orders.accepted("START_SESSION", token=card, **THERE) for card in cards)
        )
        asked = await station.station.hear()
        uid = asked[3]["idToken"]["idToken"] if station.is_2 else asked[3]["idTag"]
        said_of_card = await station.authorize(uid)
        await station.station.socket.send_json([3, asked[1], {"status": "Accepted"}])
        results = [(await orders.result(url))["result"] for url in urls]
        assert await station.station.hears_nothing()

    assert asked[3]["evseId" if station.is_2 else "connectorId"] == 1
    assert sorted(results) == ["ACCEPTED", "EVSE_OCCUPIED"]
    assert said_of_card == "Accepted"
    assert orders.emsp.heard("tokens", "POST") == []


async def test_after_a_quarter_of_an_hour_the_card_of_an_order_is_as_any_other(
    orders: Ordering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """(B-101): and the five minutes by which clocks differ. Here it is over at once."""
    assert timedelta(minutes=15) == WITHIN
    monkeypatch.setattr(control, "WITHIN", -CLOCKS_DIFFER - timedelta(seconds=1))
    async with saying(orders, "1.6") as station:
        url = await orders.accepted("START_SESSION", token=orders.token("CARD-1", "RFID"), **THERE)
        asked = await station.station.hear()
        assert await station.authorize("CARD-1") == "Invalid"
        await station.station.socket.send_json([3, asked[1], {"status": "Accepted"}])
        assert await orders.result(url) == {"result": "ACCEPTED"}


async def test_a_start_that_was_accepted_and_never_came_is_over(
    orders: Ordering, ocpp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result stays; a charge that the driver begins later by himself is not the order's (B-96)."""
    monkeypatch.setattr(control, "STARTED_WITHIN", timedelta(seconds=-10))
    card = orders.token("CARD-1", "RFID")
    async with saying(orders, ocpp) as station:
        url = await orders.accepted("START_SESSION", token=card, authorization_reference="REF-9", **THERE)
        await station.answer("Accepted")
        result = await orders.result(url)
        await station.start("CARD-1")
        session = await orders.session()
        (listed,) = await orders.listed("/orders")

    assert result == {"result": "ACCEPTED"}
    assert listed["never_begun"]
    assert (session["auth_method"], session["cdr_token"]["uid"]) == ("WHITELIST", "CARD-1")
    assert "authorization_reference" not in session
    assert orders.emsp.heard("tokens", "POST") == []


async def test_a_start_that_came_is_the_orders_once(orders: Ordering, ocpp: str) -> None:
    """What follows at the same place with the same card is the driver's own (B-96)."""
    card = orders.token("CARD-1", "RFID")
    async with saying(orders, ocpp) as station:
        url = await orders.accepted("START_SESSION", token=card, authorization_reference="REF-9", **THERE)
        asked = await station.answer("Accepted")
        await orders.result(url)
        name = await station.start("CARD-1", order=asked[3].get("remoteStartId"))
        await station.stop(name)
        await station.start("CARD-1")
        await eventually(lambda: len({each["id"] for each in orders.sessions()}) == 2)
        (listed,) = await orders.listed("/orders")

    told = {each["id"]: each for each in orders.sessions()}
    assert [each["auth_method"] for each in told.values()] == ["COMMAND", "WHITELIST"]
    assert [each.get("authorization_reference") for each in told.values()] == ["REF-9", None]
    assert not listed["never_begun"]


async def test_a_stop_at_a_station_that_is_away_is_not_sent_later(orders: Ordering, ocpp: str) -> None:
    """It is refused at once (B-103). A station that has lost the transaction says no (B-104): the session
    goes on until the next one begins there, and is held then.
    """
    async with saying(orders, ocpp) as station:
        url = await orders.accepted("START_SESSION", token=orders.token("CARD-1", "RFID"), **THERE)
        asked = await station.answer("Accepted")
        await orders.result(url)
        await station.start("CARD-1", order=asked[3].get("remoteStartId"))
        session_id = (await orders.session())["id"]
    await eventually_so(lambda: _is_away(orders))
    away, _ = await orders.order("STOP_SESSION", session_id=session_id)
    async with saying(orders, ocpp) as station:
        assert await station.station.hears_nothing()
        url = await orders.accepted("STOP_SESSION", session_id=session_id)
        await station.answer("Rejected")
        refused = await orders.result(url)
        is_active = [each["status"] for each in orders.sessions()][-1]
        station._count = 7  # noqa: SLF001 - another name than that of the lost one
        await station.start("CARD-1")
        await eventually_so(lambda: _outcome(orders, session_id))

    assert (away.status, away.data["result"]) == (1000, "REJECTED")
    assert (refused, is_active) == ({"result": "REJECTED"}, "ACTIVE")


async def _is_away(orders: Ordering) -> bool:
    listed = {each["identity"]: each["connected"] for each in await orders.listed("/stations")}
    return not listed["CP-4"]


async def _outcome(orders: Ordering, session_id: str) -> bool:
    listed = {each["session_id"]: each["outcome"] for each in await orders.listed("/transactions")}
    return bool(listed[session_id] == "HELD")


async def test_what_a_station_says_against_a_reservation_is_told(orders: Ordering, ocpp: str) -> None:
    """B-107: the number of one that was refused is used for no other."""
    answers = {
        "Occupied": "EVSE_OCCUPIED",
        "Faulted": "EVSE_INOPERATIVE",
        "Unavailable": "EVSE_INOPERATIVE",
        "Rejected": "REJECTED",
        "Accepted": "ACCEPTED",
    }
    results, numbers = [], set()
    async with saying(orders, ocpp) as station:
        for status in answers:
            wanted = {"token": orders.token(), "reservation_id": "R-1", "expiry_date": later(hours=1)}
            url = await orders.accepted("RESERVE_NOW", **wanted, **SEVERAL)
            asked = await station.answer(status)
            results.append((await orders.result(url))["result"])
            numbers.add(asked[3]["id" if station.is_2 else "reservationId"])

    assert results == list(answers.values())
    assert len(numbers) == len(answers)
    assert (await states(orders))[-1] == ("CP-4-1", "ACTIVE")


FEATURES: dict[str, tuple[str, dict[str, Any]]] = {
    "1.6": (
        "GetConfiguration",
        {"configurationKey": [{"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core"}]},
    ),
    "2": (
        "GetVariables",
        {
            "getVariableResult": [
                {
                    "attributeStatus": "Accepted",
                    "attributeValue": "false",
                    "component": {"name": component},
                    "variable": {"name": "Available"},
                }
                for component in ("ReservationCtrlr", "SmartChargingCtrlr")
            ]
        },
    ),
}


async def test_what_a_station_says_it_cannot_do_is_not_asked_of_it(
    orders: Ordering, ocpp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The inventory promises it, the station has no such feature (B-112)."""
    monkeypatch.setattr(abilities, "AFTER_S", 0.2)
    await orders.push_card("CARD-1")
    wanted = {"token": orders.token(), "reservation_id": "R-1", "expiry_date": later(hours=1)}
    async with saying(orders, ocpp) as station:
        action, told = FEATURES["2" if station.is_2 else "1.6"]
        asked = await station.station.hear()
        await station.station.socket.send_json([3, asked[1], told])
        name = await station.start("CARD-1")
        reserved, _ = await orders.order("RESERVE_NOW", **wanted, **SEVERAL)
        limited, _ = await orders.profile("PUT", (await orders.session())["id"], charging_profile=LIMIT)
        await station.stop(name)
        assert await station.station.hears_nothing()

    assert asked[2] == action
    for heard in (reserved, limited):
        assert (heard.status, heard.data["result"]) == (1000, "NOT_SUPPORTED")


async def test_a_long_name_of_an_app_is_an_alias_at_a_1_6_station(orders: Ordering) -> None:
    """36 characters there, 20 here; the bill bears the 36 (B-99)."""
    uid = "0123456789-ABCDEFGHIJ-0123456789-ABC"
    async with saying(orders, "1.6") as station:
        url = await orders.accepted("START_SESSION", token=orders.token(uid), **THERE)
        asked = await station.answer("Accepted")
        await orders.result(url)
        await station.stop(await station.start(asked[3]["idTag"]), 9)
        await eventually(orders.bills)

    assert len(asked[3]["idTag"]) == 20
    assert asked[3]["idTag"] not in uid
    (bill,) = orders.bills()
    assert (bill["cdr_token"]["uid"], bill["auth_method"]) == (uid, "COMMAND")


async def test_a_card_is_one_however_it_is_spelled(orders: Ordering, ocpp: str) -> None:
    """Between tap, start and what its issuer told (B-100)."""
    await orders.push_card("04E2A1B2C3")
    async with saying(orders, ocpp) as station:
        said = await station.authorize("04:e2:a1:b2:c3")
        await station.stop(await station.start("04 E2 a1 B2 C3"), 9)
        await eventually(orders.bills)

    assert said == "Accepted"
    assert [each["cdr_token"]["uid"] for each in orders.bills()] == ["04E2A1B2C3"]
