"""START_SESSION, STOP_SESSION and UNLOCK_CONNECTOR, from an eMSP's order to a station's frame and back.

Cases C-076, C-095 to C-097, C-120, C-121, C-126; B-96, B-97, B-101, B-104.
"""

from dataclasses import replace
from typing import Any

import pytest

from simulators.charge import Charge
from tests.cpo_adapter.commands.ordering import CHARGE, OTHER, Ordering
from tests.fakes.eventually import eventually
from tests.lent import SHARED_LOOP
from tests.platforms import CPO, EMSP

pytestmark = SHARED_LOOP

GARE = {"location_id": "GARE", "evse_uid": "CP-1-1"}


async def test_a_session_is_started_charges_and_is_billed(brief: Ordering) -> None:
    """C-095, C-096, C-097: nobody asks about the token, which stands in the session and on the bill."""
    url = await brief.accepted("START_SESSION", token=brief.token(), authorization_reference="REF-9", **GARE)
    result = await brief.result(url)
    await eventually(brief.bills)

    (told,) = brief.told(url)
    (bill,) = brief.bills()
    session = await brief.session()
    assert result == {"result": "ACCEPTED"}
    assert (told.ids.correlation_id, told.routing.to, told.routing.sender) == ("CORRELATION", EMSP, CPO)
    assert bill["total_energy"] == 0.018
    for each in (session, bill):
        assert (each["auth_method"], each["authorization_reference"]) == ("COMMAND", "REF-9")
        assert (each["cdr_token"]["uid"], each["cdr_token"]["type"]) == ("APP-7", "APP_USER")
    assert session["evse_uid"] == "CP-1-1"
    assert brief.heard("tokens", "POST") == []


async def test_the_answer_says_how_long_to_wait(orders: Ordering) -> None:
    """C-121."""
    heard, _ = await orders.order("START_SESSION", token=orders.token(), **GARE)

    assert heard.data == {"result": "ACCEPTED", "timeout": 60}


async def test_a_session_is_stopped(orders: Ordering) -> None:
    session_id = await orders.charging()

    assert await orders.ordered("STOP_SESSION", session_id=session_id.upper()) == "ACCEPTED"
    await eventually(orders.bills)
    (bill,) = orders.bills()
    assert bill["session_id"] == session_id
    assert 0 < bill["total_energy"] < 3.6  # of ten minutes


async def test_an_occupied_evse_starts_nothing(orders: Ordering) -> None:
    await orders.charging()

    assert await orders.ordered("START_SESSION", token=orders.token("APP-8"), **GARE) == "EVSE_OCCUPIED"
    assert {each["cdr_token"]["uid"] for each in orders.sessions()} == {"APP-7"}


async def test_for_a_while_the_card_of_an_order_charges_there_without_anybody_being_asked(
    brief: Ordering,
) -> None:
    """C-096: drivers hold up the card all the same. The first charge is the order's, another the card's."""
    await brief.ordered("START_SESSION", token=brief.token("CARD-1", "RFID"), **GARE)
    await brief.session("COMPLETED")
    there = await brief.stations["CP-1"].charge(card("CARD-1", connector=1))
    elsewhere = await brief.stations["CP-1"].charge(card("CARD-1", connector=2))

    assert (there.card, elsewhere.card) == ("Accepted", "Invalid")
    assert brief.heard("tokens", "POST") == []
    methods = {each["id"]: each["auth_method"] for each in brief.sessions()}
    assert sorted(methods.values()) == ["COMMAND", "WHITELIST"]


async def test_the_station_hears_the_uid_of_a_card_and_nothing_of_an_app(orders: Ordering) -> None:
    """So that the driver can end the charge with the card."""
    await orders.ordered("START_SESSION", token=orders.token("CARD-1", "RFID"), **GARE)
    app = {**GARE, "evse_uid": "CP-1-2"}
    await orders.ordered("START_SESSION", token=orders.token("APP-7"), **app)
    await eventually(lambda: len({each["id"] for each in orders.sessions()}) > 1)

    transactions = orders.cpo.foundation.mongo.collection("transactions")
    begun = transactions.find({"station": orders.named("CP-1")})
    tags = {each["evse"]: each["uid"] async for each in begun}
    assert tags[1] == "CARD-1"
    assert len(tags[2]) == 20
    assert tags[2] != "APP-7"


@pytest.mark.parametrize(
    ("where", "status"),
    [
        ({"location_id": "NOWHERE"}, 2003),
        ({"location_id": "GARE", "evse_uid": "CP-9"}, 2003),
        ({"location_id": "GARE", "evse_uid": "CP-1-1", "connector_id": "2"}, 2003),
        ({"location_id": "GARE"}, 1000),
        ({"location_id": "PARC", "evse_uid": "CP-4-1", "connector_id": "1"}, 1000),
        ({"location_id": "PARC", "evse_uid": "CP-4-1"}, 1000),
    ],
    ids=["location", "evse", "connector", "several EVSEs", "away", "C-076"],
)
async def test_an_order_that_cannot_be_carried_out_is_rejected_at_once(
    orders: Ordering, where: dict[str, Any], status: int
) -> None:
    heard, url = await orders.order("START_SESSION", token=orders.token(), **where)

    assert (heard.http, heard.status, heard.data["result"]) == (200, status, "REJECTED")
    assert orders.told(url) == []
    assert await orders.listed("/orders") == []


async def test_the_only_evse_of_a_place_need_not_be_named(orders: Ordering) -> None:
    """Its station plays no car, and so rejects."""
    assert await orders.ordered("START_SESSION", token=orders.token(), location_id="PORT") == "REJECTED"


async def test_c_076_is_named_as_the_reason(orders: Ordering) -> None:
    heard, _ = await orders.order(
        "START_SESSION", token=orders.token(), location_id="PARC", evse_uid="CP-4-1"
    )

    assert heard.data["message"] == [{"language": "en", "text": "a connector_id is needed here"}]


@pytest.mark.parametrize("command", ["START_SESSION", "UNLOCK_CONNECTOR"])
async def test_what_the_inventory_does_not_promise_is_not_supported(orders: Ordering, command: str) -> None:
    where = {"location_id": "PARC", "evse_uid": "CP-3-1", "connector_id": "1"}
    heard, _ = await orders.order(command, token=orders.token(), **where)

    assert (heard.status, heard.data["result"]) == (1000, "NOT_SUPPORTED")


async def test_a_token_of_somebody_else_starts_nothing(orders: Ordering) -> None:
    """Its owner would get the bill."""
    token = orders.token(country_code=OTHER.country_code, party_id=OTHER.party_id)
    heard, _ = await orders.order("START_SESSION", token=token, **GARE)

    assert heard.status == 2001
    assert "/token" in heard.envelope["status_message"]


async def test_an_unknown_session_cannot_be_stopped(orders: Ordering) -> None:
    """C-126."""
    heard, _ = await orders.order("STOP_SESSION", session_id="S-1")

    assert (heard.status, heard.data["result"]) == (1000, "UNKNOWN_SESSION")


async def test_a_session_that_has_ended_is_not_stopped_again(brief: Ordering) -> None:
    session_id = await brief.charging()
    await brief.session("COMPLETED")
    heard, _ = await brief.order("STOP_SESSION", session_id=session_id)

    assert heard.data["result"] == "REJECTED"


async def test_a_connector_is_unlocked(orders: Ordering) -> None:
    await orders.charging()

    assert await orders.ordered("UNLOCK_CONNECTOR", connector_id="1", **GARE) == "ACCEPTED"
    await orders.session("COMPLETED")


async def test_a_station_that_cannot_unlock_says_so(orders: Ordering) -> None:
    where = {"location_id": "PORT", "evse_uid": "CP-2-1", "connector_id": "1"}

    assert await orders.ordered("UNLOCK_CONNECTOR", **where) == "NOT_SUPPORTED"


def card(uid: str, *, connector: int) -> Charge:
    return replace(CHARGE, uid=uid, connector=connector)
