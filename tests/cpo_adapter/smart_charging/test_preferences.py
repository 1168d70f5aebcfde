"""Charging preferences: answered by what the connector offers, kept with the session, and priced.

Cases C-107, C-130.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cpo_adapter.smart_charging.promised import kept
from cpo_adapter.stations.inventory import read_inventory
from cpo_adapter.tariffs.authored import read_offers
from cpo_adapter.tariffs.book import TariffBook
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.v2_3_0.enums import Capability
from simulators.partner import Heard
from tests.cpo_adapter.commands.ordering import CHARGE, Ordering, later, written
from tests.fakes.eventually import eventually
from tests.platforms import CPO

STAMP = datetime(2026, 1, 1, tzinfo=UTC)
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
    await eventually(orders.bills)

    (bill,) = orders.bills()
    names = [period.get("tariff_id") for period in bill["charging_periods"]]
    cost = bill["total_energy_cost"]["before_taxes"]
    assert (heard.http, heard.status, heard.data) == (200, 1000, "ACCEPTED")
    assert names[-1] == "GREEN"
    assert 0.018 * 0.2 <= cost < 0.018 * 0.4
    kept = [each async for each in facts(orders) if "preferences" in each]
    assert [each["tariff_id"] for each in kept] == ["GREEN"]


async def test_a_driver_who_says_nothing_charges_by_the_regular_tariff(orders: Ordering) -> None:
    await orders.charging()
    await eventually(orders.bills)

    assert orders.bills()[0]["total_energy_cost"]["before_taxes"] == 0.0072


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
        told = [put.json() for put in orders.emsp.heard("locations", "PUT")]
        return {evse["uid"]: evse["capabilities"] for location in told for evse in location["evses"]}

    await eventually(lambda: {"CP-1-1", "CP-3-1"} <= shown().keys())
    assert "CHARGING_PREFERENCES_CAPABLE" in shown()["CP-1-1"]
    assert shown()["CP-3-1"] == ["RFID_READER"]


def test_without_a_tariff_to_prefer_nothing_is_promised(tmp_path: Path) -> None:
    sites = read_inventory(written(tmp_path)["inventory"]).sites
    (regular,) = (
        each for each in read_offers(tmp_path / "tariffs.toml", CPO, STAMP) if each.tariff.id == "AC"
    )

    shown = [evse.capabilities for site in kept(sites, TariffBook([regular])) for evse in site.evses()]
    assert all(Capability.CHARGING_PREFERENCES_CAPABLE not in capabilities for capabilities in shown)
    assert Capability.RESERVABLE in shown[0]


def facts(orders: Ordering) -> Any:
    return orders.cpo.foundation.mongo.collection("transaction_facts").find({})
