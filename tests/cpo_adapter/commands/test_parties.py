"""What one eMSP started, reserved or limited is out of reach of another.

Cases C-123, C-126.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests.cpo_adapter.commands.ordering import OTHER, Ordering, Service, later
from tests.lent import SHARED_LOOP
from tests.platforms import CPO, agree, connect

pytestmark = SHARED_LOOP

GARE = {"location_id": "GARE", "evse_uid": "CP-1-1"}
LIMIT = {"charging_rate_unit": "A", "charging_profile_period": [{"start_period": 0, "limit": 6}]}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def another(service: Service) -> AsyncIterator[SimulatedPartner]:
    """An eMSP beside the first, with the same CPO."""
    async with SimulatedPartner(("EMSP", OTHER)) as emsp:
        await connect(service.cpo, emsp, "another", "EMSP")
        await agree(service.cpo, emsp=OTHER)
        yield emsp


@pytest.fixture
def stranger(orders: Ordering, another: SimulatedPartner) -> Ordering:
    """At the same stations."""
    return replace(orders, emsp=another, party=OTHER, since=len(another.received))


async def test_a_session_of_another_is_not_stopped(orders: Ordering, stranger: Ordering) -> None:
    """C-126."""
    session_id = await orders.charging()
    heard, url = await stranger.order("STOP_SESSION", session_id=session_id)

    assert (heard.status, heard.data["result"]) == (1000, "REJECTED")
    assert await orders.ordered("STOP_SESSION", session_id=session_id) == "ACCEPTED"
    assert stranger.told(url) == []


async def test_a_connector_is_not_unlocked_under_the_customer_of_another(
    orders: Ordering, stranger: Ordering
) -> None:
    await orders.charging()
    heard, _ = await stranger.order("UNLOCK_CONNECTOR", connector_id="1", **GARE)

    assert heard.data["result"] == "REJECTED"


async def test_reservations_of_the_same_id_are_two(orders: Ordering, stranger: Ordering) -> None:
    """C-123."""
    first: dict[str, Any] = {"reservation_id": "R-1", "expiry_date": later(hours=1)}
    await orders.ordered("RESERVE_NOW", token=orders.token(), **first, **GARE)
    again = await stranger.ordered("RESERVE_NOW", token=stranger.token(), **first, **GARE)
    cancelled = await stranger.ordered("CANCEL_RESERVATION", reservation_id="R-1")
    own = await orders.ordered("CANCEL_RESERVATION", reservation_id="R-1")

    assert (again, cancelled, own) == ("EVSE_OCCUPIED", "UNKNOWN_RESERVATION", "ACCEPTED")


async def test_a_reservation_is_for_the_customer_of_who_made_it(orders: Ordering, stranger: Ordering) -> None:
    """Although both call the customer alike."""
    wanted = {"token": orders.token("APP-7"), "reservation_id": "R-1", "expiry_date": later(hours=1)}
    await orders.ordered("RESERVE_NOW", **wanted, **GARE)

    started = await stranger.ordered("START_SESSION", token=stranger.token("APP-7"), **GARE)
    assert started == "EVSE_OCCUPIED"
    assert stranger.sessions() == []


async def test_a_session_of_another_is_not_limited(orders: Ordering, stranger: Ordering) -> None:
    session_id = await orders.charging()
    put, _ = await stranger.profile("PUT", session_id, charging_profile=LIMIT)
    shown, _ = await stranger.profile("GET", session_id, duration="60")

    assert [put.data["result"], shown.data["result"]] == ["REJECTED", "REJECTED"]


async def test_a_session_of_another_takes_no_preferences(orders: Ordering, stranger: Ordering) -> None:
    session_id = await orders.charging()
    heard = await stranger.emsp.call(
        "PUT",
        "sessions",
        Side.SENDER,
        session_id,
        "charging_preferences",
        routing=Routing(to=CPO, sender=OTHER),
        body={"profile_type": "REGULAR"},
    )

    assert (heard.http, heard.status) == (404, 2001)


async def test_without_an_agreement_nothing_is_done(orders: Ordering) -> None:
    party = PartyId("BE", "NEW")
    async with SimulatedPartner(("EMSP", party)) as emsp:
        await connect(orders.cpo, emsp, "a-third", "EMSP")
        without = replace(orders, emsp=emsp, party=party, since=0)
        heard, _ = await without.order("START_SESSION", token=without.token(), **GARE)

    assert heard.status == 2001
    assert await orders.listed("/orders") == []
