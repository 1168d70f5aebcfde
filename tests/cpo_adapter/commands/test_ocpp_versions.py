"""Orders of an eMSP at stations of 2.0.1 and 2.1: from the order to the frame and back.

ocpp.md §5 START_SESSION; B-88, B-93, B-96, B-101, B-105, B-106, B-107.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from tests.cpo_adapter.commands.ordering import CHARGE, LONG, Ordering, Service, later
from tests.cpo_adapter.commands.test_reservations import states
from tests.fakes.eventually import eventually
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP

GARE = {"location_id": "GARE", "evse_uid": "CP-1-1"}
THERE = {"location_id": "PARC", "evse_uid": "CP-4-1", "connector_id": "1"}
LIMIT: dict[str, Any] = {
    "charging_rate_unit": "A",
    "charging_profile_period": [{"start_period": 0, "limit": 16}],
}


@pytest.fixture(params=["2.0.1", "2.1"])
def ocpp(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def orders(service: Service, ocpp: str) -> AsyncIterator[Ordering]:
    async with service.share(ocpp=ocpp, charge=LONG) as orders:
        yield orders


@pytest_asyncio.fixture(loop_scope="session")
async def brief(service: Service, ocpp: str) -> AsyncIterator[Ordering]:
    """Cars leave after two seconds."""
    async with service.share(ocpp=ocpp, charge=replace(CHARGE, duration_s=2)) as orders:
        yield orders


async def test_a_session_is_started_charges_and_is_billed(brief: Ordering) -> None:
    told = await brief.ordered("START_SESSION", token=brief.token(), authorization_reference="REF-9", **GARE)
    await eventually(brief.bills)

    (bill,) = brief.bills()
    assert told == "ACCEPTED"
    assert bill["total_energy"] == 0.012
    assert (bill["auth_method"], bill["authorization_reference"]) == ("COMMAND", "REF-9")
    assert (bill["cdr_token"]["uid"], bill["cdr_token"]["type"]) == ("APP-7", "APP_USER")
    assert brief.heard("tokens", "POST") == []


async def test_a_session_is_stopped(orders: Ordering) -> None:
    session_id = await orders.charging()

    assert await orders.ordered("STOP_SESSION", session_id=session_id) == "ACCEPTED"
    await eventually(orders.bills)
    assert orders.bills()[0]["session_id"] == session_id


async def test_an_evse_in_use_is_not_unlocked(orders: Ordering) -> None:
    assert await orders.ordered("UNLOCK_CONNECTOR", **GARE, connector_id="1") == "ACCEPTED"
    await orders.charging()
    assert await orders.ordered("UNLOCK_CONNECTOR", **GARE, connector_id="1") == "REJECTED"


async def test_the_number_of_the_order_tells_whose_charge_it_is(orders: Ordering, ocpp: str) -> None:
    """(B-88) (B-93): no card, no EVSE, and another reason than the remote start."""
    async with orders.raw_station(ocpp) as station:
        url = await orders.accepted("START_SESSION", token=orders.token(), **THERE)
        asked = await station.hear()
        await station.socket.send_json([3, asked[1], {"status": "Accepted"}])
        await orders.result(url)
        info = {"transactionId": "T-1", "remoteStartId": asked[3]["remoteStartId"]}
        event = {
            "eventType": "Started",
            "timestamp": later(),
            "triggerReason": "Authorized",
            "seqNo": 0,
            "transactionInfo": info,
        }
        assert (await station.call("TransactionEvent", event))[2] == {}
        session = await orders.session()

    assert asked[2] == "RequestStartTransaction"
    assert asked[3]["idToken"]["type"] == "Central"
    assert (session["evse_uid"], session["auth_method"]) == ("CP-4-1", "COMMAND")
    assert session["cdr_token"]["uid"] == "APP-7"


async def test_a_card_keeps_the_type_that_its_reader_tells(orders: Ordering, ocpp: str) -> None:
    """So that the driver can end the charge with it."""
    async with orders.raw_station(ocpp) as station:
        await orders.accepted("START_SESSION", token=orders.token("CARD-1", "RFID"), **THERE)
        asked = await station.hear()

    assert asked[3]["idToken"] == {"idToken": "CARD-1", "type": "ISO14443"}


async def test_a_reservation_is_used_by_its_customer(orders: Ordering) -> None:
    wanted = {"token": orders.token("CARD-1", "RFID"), "reservation_id": "R-1", "expiry_date": later(hours=1)}
    assert await orders.ordered("RESERVE_NOW", **wanted, **GARE) == "ACCEPTED"
    reserved = await orders.session("RESERVATION")
    await orders.stations["CP-1"].charge(replace(CHARGE, uid="CARD-1"))
    await eventually(orders.bills)

    assert orders.bills()[0]["session_id"] == reserved["id"]
    assert await states(orders) == [("CP-1-1", "USED")]


async def test_a_reservation_that_the_station_drops_is_cancelled(orders: Ordering, ocpp: str) -> None:
    wanted = {"token": orders.token(), "reservation_id": "R-1", "expiry_date": later(hours=1)}
    async with orders.raw_station(ocpp) as station:
        url = await orders.accepted("RESERVE_NOW", **wanted, location_id="PARC", evse_uid="CP-4-1")
        asked = await station.hear()
        await station.socket.send_json([3, asked[1], {"status": "Accepted"}])
        await orders.result(url)
        dropped = {"reservationId": asked[3]["id"], "reservationUpdateStatus": "Removed"}
        assert (await station.call("ReservationStatusUpdate", dropped))[2] == {}
        await eventually(lambda: len(orders.told(url)) == 2)

    assert orders.told(url)[-1].json()["result"] == "CANCELED_RESERVATION"
    assert await states(orders) == [("CP-4-1", "CANCELLED")]


async def test_a_session_is_limited_shown_and_let_go(orders: Ordering) -> None:
    session_id = await orders.charging()
    limited = await orders.profiled("PUT", session_id, charging_profile=LIMIT)
    shown = await orders.profiled("GET", session_id, duration="900")
    cleared = await orders.profiled("DELETE", session_id)

    assert (limited, cleared) == ({"result": "ACCEPTED"}, {"result": "ACCEPTED"})
    profile = shown["profile"]["charging_profile"]
    assert profile["charging_rate_unit"] == "A"
    assert profile["charging_profile_period"][0]["limit"] == 16


async def test_the_operator_sees_which_version_is_spoken(orders: Ordering, ocpp: str) -> None:
    listed = {each["identity"]: each["subprotocol"] for each in await orders.listed("/stations")}

    assert (listed["CP-1"], listed["CP-4"]) == (f"ocpp{ocpp}", None)
