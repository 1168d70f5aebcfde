"""RESERVE_NOW and CANCEL_RESERVATION: a connector is kept for one customer, until it is used or given up.

Cases C-095, C-102, C-123 to C-125; B-107.
"""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.cpo_adapter.commands.ordering import CHARGE, Ordering, later
from tests.fakes.eventually import eventually, eventually_so
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP

FIRST = {"location_id": "GARE", "evse_uid": "CP-1-1"}
SECOND = {"location_id": "GARE", "evse_uid": "CP-1-2"}


def wanted(orders: Ordering, **changes: Any) -> dict[str, Any]:
    """For the eMSP's app, for an hour."""
    told = {"token": orders.token(), "reservation_id": "R-1", "expiry_date": later(hours=1), **FIRST}
    return {**told, **changes}


async def reserve(orders: Ordering, **changes: Any) -> str:
    """The address of its result, once it holds."""
    url = await orders.accepted("RESERVE_NOW", **wanted(orders, **changes))
    assert (await orders.result(url))["result"] == "ACCEPTED"
    return url


async def shown(orders: Ordering, evse_uid: str, status: str) -> None:
    """Once the eMSP sees the EVSE so."""

    def is_so() -> bool:
        told = orders.heard("locations")
        newest = {evse["uid"]: evse["status"] for location in told for evse in location["evses"]}
        return newest.get(evse_uid) == status

    await eventually(is_so)


async def states(orders: Ordering) -> list[tuple[str, str]]:
    """Oldest first."""
    return [(each["evse_uid"], each["state"]) for each in reversed(await orders.listed("/reservations"))]


async def test_a_reserved_evse_is_shown_and_its_session_is_a_reservation(orders: Ordering) -> None:
    """C-102."""
    await reserve(orders, authorization_reference="REF-5")
    session = await orders.session("RESERVATION")

    await shown(orders, "CP-1-1", "RESERVED")
    assert (session["evse_uid"], session["kwh"], session["auth_method"]) == ("CP-1-1", 0, "COMMAND")
    assert (session["cdr_token"]["uid"], session["authorization_reference"]) == ("APP-7", "REF-5")


async def test_the_customer_of_a_reservation_charges_there_and_the_session_goes_on(brief: Ordering) -> None:
    await reserve(brief)
    reserved = await brief.session("RESERVATION")
    await shown(brief, "CP-1-1", "RESERVED")
    other = await brief.ordered("START_SESSION", token=brief.token("APP-8"), **FIRST)
    own = await brief.ordered("START_SESSION", token=brief.token(), authorization_reference="REF-6", **FIRST)
    charging = await brief.session()
    await eventually(brief.bills)

    (bill,) = brief.bills()
    assert (other, own) == ("EVSE_OCCUPIED", "ACCEPTED")
    assert reserved["id"] == charging["id"] == bill["session_id"]
    assert bill["authorization_reference"] == "REF-6"  # C-095: the last one
    assert await states(brief) == [("CP-1-1", "USED")]


async def test_a_reserved_card_charges_without_anybody_being_asked(orders: Ordering) -> None:
    await reserve(orders, token=orders.token("CARD-1", "RFID"), authorization_reference="REF-5")
    charged = await orders.stations["CP-1"].charge(replace(CHARGE, uid="CARD-1"))
    await eventually(orders.bills)

    (bill,) = orders.bills()
    assert charged.card == "Accepted"
    assert orders.heard("tokens", "POST") == []
    assert (bill["auth_method"], bill["authorization_reference"]) == ("COMMAND", "REF-5")
    assert bill["session_id"] == (await orders.session("RESERVATION"))["id"]


async def test_an_unused_reservation_expires(orders: Ordering) -> None:
    """(B-107)."""
    url = await reserve(orders, expiry_date=later(seconds=1))
    over = await orders.session("COMPLETED")

    await shown(orders, "CP-1-1", "AVAILABLE")
    assert over["id"] == (await orders.session("RESERVATION"))["id"]
    assert over["kwh"] == 0
    assert await states(orders) == [("CP-1-1", "EXPIRED")]
    assert len(orders.told(url)) == 1
    assert orders.bills() == []


async def test_the_same_id_again_replaces(orders: Ordering) -> None:
    """C-124, B-107: the station keeps one, at the new place, and nobody is told of a loss."""
    urls = [await reserve(orders), await reserve(orders, **SECOND)]

    await shown(orders, "CP-1-2", "RESERVED")
    await shown(orders, "CP-1-1", "AVAILABLE")
    assert await states(orders) == [("CP-1-1", "REPLACED"), ("CP-1-2", "ACTIVE")]
    assert [len(orders.told(url)) for url in urls] == [1, 1]


async def test_a_replacement_at_another_station_frees_the_first(orders: Ordering) -> None:
    """Once the other one holds."""
    url = await reserve(orders)
    async with orders.raw_station() as station:
        again = await orders.accepted("RESERVE_NOW", **wanted(orders, location_id="PARC", evse_uid="CP-4-1"))
        asked = await station.hear()
        assert await states(orders) == [("CP-1-1", "CHANGING"), ("CP-4-1", "ASKED")]
        await station.socket.send_json([3, asked[1], {"status": "Accepted"}])
        await orders.result(again)

    await shown(orders, "CP-1-1", "AVAILABLE")
    assert await states(orders) == [("CP-1-1", "REPLACED"), ("CP-4-1", "ACTIVE")]
    assert len(orders.told(url)) == 1


async def test_without_an_evse_any_free_one_is_reserved(orders: Ordering) -> None:
    await shown(orders, "CP-1-2", "AVAILABLE")
    await reserve(orders)
    await shown(orders, "CP-1-1", "RESERVED")
    await reserve(orders, reservation_id="R-2", evse_uid=None)

    assert await states(orders) == [("CP-1-1", "ACTIVE"), ("CP-1-2", "ACTIVE")]


async def test_a_taken_evse_is_not_reserved(orders: Ordering) -> None:
    await reserve(orders)

    assert await orders.ordered("RESERVE_NOW", **wanted(orders, reservation_id="R-2")) == "EVSE_OCCUPIED"
    assert await states(orders) == [("CP-1-1", "ACTIVE"), ("CP-1-1", "REFUSED")]


async def test_a_replacement_that_the_station_refuses_leaves_the_old_one(orders: Ordering) -> None:
    await orders.charging(evse_uid="CP-1-2")
    await reserve(orders)

    assert await orders.ordered("RESERVE_NOW", **wanted(orders, **SECOND)) == "EVSE_OCCUPIED"
    assert await states(orders) == [("CP-1-1", "ACTIVE"), ("CP-1-2", "REFUSED")]


async def test_a_reservation_is_cancelled_by_who_made_it(orders: Ordering) -> None:
    url = await reserve(orders)
    first = await orders.ordered("CANCEL_RESERVATION", reservation_id="r-1")
    again = await orders.ordered("CANCEL_RESERVATION", reservation_id="R-1")
    await orders.session("COMPLETED")

    await shown(orders, "CP-1-1", "AVAILABLE")
    assert (first, again) == ("ACCEPTED", "UNKNOWN_RESERVATION")
    assert await states(orders) == [("CP-1-1", "CANCELLED")]
    assert len(orders.told(url)) == 1


async def test_the_operator_cancels_and_the_emsp_hears_so_where_it_reserved(orders: Ordering) -> None:
    """C-125."""
    url = await reserve(orders)
    (held,) = await orders.listed("/reservations")
    done = await asyncio.to_thread(orders.cpo.admin.post, f"/reservations/{held['id']}/cancel", {})
    await eventually(lambda: len(orders.told(url)) == 2)

    await shown(orders, "CP-1-1", "AVAILABLE")
    assert done["cancelled"]
    assert orders.told(url)[1].json() == {"result": "CANCELED_RESERVATION"}
    assert (await orders.session("COMPLETED"))["kwh"] == 0


@pytest.mark.parametrize("status", ["Available", "Faulted", "Unavailable"])
async def test_a_station_that_drops_a_reservation_has_cancelled_for_us(orders: Ordering, status: str) -> None:
    """C-125."""
    async with orders.raw_station() as station:
        url = await orders.accepted("RESERVE_NOW", **wanted(orders, location_id="PARC", evse_uid="CP-4-1"))
        asked = await station.hear()
        await station.socket.send_json([3, asked[1], {"status": "Accepted"}])
        await orders.result(url)
        for told in ("Reserved", status):
            await station.call(
                "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": told}
            )
        await eventually(lambda: len(orders.told(url)) == 2)

    assert asked[2] == "ReserveNow"
    assert orders.told(url)[1].json() == {"result": "CANCELED_RESERVATION"}


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("Faulted", "EVSE_INOPERATIVE"),
        ("Unavailable", "EVSE_INOPERATIVE"),
        ("Occupied", "EVSE_OCCUPIED"),
        ("Rejected", "REJECTED"),
    ],
)
async def test_what_the_station_says_against_it_is_told(orders: Ordering, answer: str, result: str) -> None:
    """B-107 (B-107)."""
    async with orders.raw_station() as station:
        url = await orders.accepted("RESERVE_NOW", **wanted(orders, location_id="PARC", evse_uid="CP-4-1"))
        asked = await station.hear()
        await station.socket.send_json([3, asked[1], {"status": answer}])

        assert (await orders.result(url))["result"] == result
    assert orders.sessions() == []


async def test_what_a_station_may_have_reserved_unanswered_is_dropped_there(orders: Ordering) -> None:
    async with orders.raw_station() as station:
        url = await orders.accepted("RESERVE_NOW", **wanted(orders, location_id="PARC", evse_uid="CP-4-1"))
        reserved = await station.hear()
    assert (await orders.result(url))["result"] == "FAILED"
    async with orders.raw_station() as station:
        cancelled = await station.hear()
        await station.socket.send_json([3, cancelled[1], {"status": "Rejected"}])
        await eventually_so(lambda: is_in(orders, ("CP-4-1", "REFUSED")))

    assert cancelled[2:] == ["CancelReservation", {"reservationId": reserved[3]["reservationId"]}]


async def test_an_expiry_in_the_past_is_a_mistake(orders: Ordering) -> None:
    heard, _ = await orders.order("RESERVE_NOW", **wanted(orders, expiry_date=later(hours=-1)))

    assert heard.status == 2001
    assert "/expiry_date" in heard.envelope["status_message"]


async def test_an_evse_that_cannot_be_reserved_says_so(orders: Ordering) -> None:
    heard, _ = await orders.order("RESERVE_NOW", **wanted(orders, location_id="PARC", evse_uid="CP-3-1"))

    assert heard.data["result"] == "NOT_SUPPORTED"


async def is_in(orders: Ordering, state: tuple[str, str]) -> bool:
    return state in await states(orders)
