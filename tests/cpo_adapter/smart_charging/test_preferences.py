"""Charging preferences: answered by what the connector offers, kept with the session, and priced.

Cases C-107, C-130.
"""

from dataclasses import replace
from typing import Any

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from simulators.partner import Heard
from tests.cpo_adapter.commands.ordering import CHARGE, Ordering, later
from tests.fakes.eventually import eventually
from tests.lent import SHARED_LOOP
from tests.platforms import CPO

pytestmark = SHARED_LOOP

GREEN = {"profile_type": "GREEN", "departure_time": later(hours=8), "energy_need": 5}


async def prefer(orders: Ordering, session_id: str, preferences: dict[str, Any]) -> Heard:
    return await orders.emsp.call(
        "PUT",
        "sessions",
        Side.SENDER,
        session_id,
        "charging_preferences",
        routing=Routing(to=CPO, sender=orders.party),
        body=preferences,
    )


async def test_a_driver_who_can_wait_charges_by_another_tariff(orders: Ordering) -> None:
    """C-107: each period says by which. 0.40 a kWh regular, 0.20 green."""
    session_id = await orders.charging()
    heard = await prefer(orders, session_id.upper(), GREEN)
    await eventually(lambda: "GREEN" in tariffs(orders.sessions()[-1]))
    await orders.ordered("STOP_SESSION", session_id=session_id)
    await eventually(orders.bills)

    (bill,) = orders.bills()
    energy, cost = bill["total_energy"], bill["total_energy_cost"]["before_taxes"]
    assert (heard.http, heard.status, heard.data) == (200, 1000, "ACCEPTED")
    assert tariffs(bill)[-1] == "GREEN"
    assert round(energy * 0.2, 6) <= cost < round(energy * 0.4, 6)
    assert [each["tariff_id"] for each in await facts(orders) if "preferences" in each] == ["GREEN"]


async def test_a_driver_who_says_nothing_charges_by_the_regular_tariff(brief: Ordering) -> None:
    await brief.charging()
    await eventually(brief.bills)

    assert brief.bills()[0]["total_energy_cost"]["before_taxes"] == 0.0072


@pytest.mark.parametrize(
    ("preferences", "answer"),
    [
        ({"profile_type": "FAST"}, "PROFILE_TYPE_NOT_SUPPORTED"),
        ({"profile_type": "GREEN"}, "DEPARTURE_REQUIRED"),
        ({**GREEN, "energy_need": None}, "ENERGY_NEED_REQUIRED"),
        ({**GREEN, "departure_time": later(hours=-1)}, "NOT_POSSIBLE"),
        ({**GREEN, "energy_need": 500}, "NOT_POSSIBLE"),
        ({"profile_type": "REGULAR"}, "ACCEPTED"),
    ],
)
async def test_what_cannot_be_done_is_answered_so(
    orders: Ordering, preferences: dict[str, Any], answer: str
) -> None:
    """C-130."""
    heard = await prefer(orders, await orders.charging(), preferences)

    assert (heard.status, heard.data) == (1000, answer)


async def test_an_evse_that_takes_no_preferences_is_as_good_as_no_session(orders: Ordering) -> None:
    await orders.push_card("CARD-1")
    await orders.stations["CP-3"].charge(replace(CHARGE, uid="CARD-1"))
    session = await orders.session()
    answers = [await prefer(orders, each, GREEN) for each in (session["id"], "S-9")]

    assert session["evse_uid"] == "CP-3-1"
    assert [(each.http, each.status) for each in answers] == [(404, 2001)] * 2


async def test_the_capability_is_shown_where_a_tariff_can_be_preferred(orders: Ordering) -> None:
    def shown() -> dict[str, list[str]]:
        told = orders.heard("locations")
        return {evse["uid"]: evse["capabilities"] for location in told for evse in location["evses"]}

    await eventually(lambda: {"CP-1-1", "CP-3-1"} <= shown().keys())
    assert "CHARGING_PREFERENCES_CAPABLE" in shown()["CP-1-1"]
    assert shown()["CP-3-1"] == ["RFID_READER"]


def tariffs(told: Any) -> list[str | None]:
    """Of each period of a session or a bill."""
    return [period.get("tariff_id") for period in told.get("charging_periods", ())]


async def facts(orders: Ordering) -> list[Any]:
    """Of the only transaction at CP-1."""
    mongo = orders.cpo.foundation.mongo
    (begun,) = [
        each async for each in mongo.collection("transactions").find({"station": orders.named("CP-1")})
    ]
    found = mongo.collection("transaction_facts").find({"number": begun["_id"]})
    return [each async for each in found]
