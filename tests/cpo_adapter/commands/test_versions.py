"""Partners of older versions order in their own words, and hear in them what became of it.

Cases C-122; ocpi.md §6.8.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from tests.cpo_adapter.commands.ordering import LONG, Ordering, later, ordering
from tests.fakes.eventually import eventually

GARE = {"location_id": "GARE", "evse_uid": "CP-1-1"}
OLDER = pytest.mark.parametrize("orders", ["2.2.1", "2.1.1"], indirect=True)
OLDEST = pytest.mark.parametrize("orders", ["2.1.1"], indirect=True)


@pytest.fixture
async def orders(mongo: Mongo, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Ordering]:
    """Its parameter is the version of the eMSP."""
    async with ordering(mongo, tmp_path, version=request.param, charge=LONG) as running:
        yield running


@OLDER
async def test_a_session_is_started_and_stopped(orders: Ordering) -> None:
    heard, url = await orders.order("START_SESSION", token=orders.token(), **GARE)
    session = await orders.session()
    stopped = await orders.ordered("STOP_SESSION", session_id=session["id"])
    await eventually(orders.bills)

    assert heard.data["result"] == "ACCEPTED"
    assert ("timeout" in heard.data) == (orders.emsp.version == "2.2.1")
    assert await orders.result(url) == {"result": "ACCEPTED"}
    assert stopped == "ACCEPTED"
    assert session["auth_method"] == ("COMMAND" if orders.emsp.version == "2.2.1" else "AUTH_REQUEST")


@OLDER
async def test_an_evse_is_reserved_and_used(orders: Ordering) -> None:
    wanted = {"token": orders.token(), "reservation_id": reservation(orders), "expiry_date": later(hours=1)}
    assert await orders.ordered("RESERVE_NOW", **wanted, **GARE) == "ACCEPTED"
    reserved = await orders.session("RESERVATION" if orders.emsp.version == "2.2.1" else "PENDING")
    assert await orders.ordered("START_SESSION", token=orders.token(), **GARE) == "ACCEPTED"

    assert (await orders.session())["id"] == reserved["id"]


@OLDER
async def test_an_unknown_session_is_unknown(orders: Ordering) -> None:
    heard, _ = await orders.order("STOP_SESSION", session_id="S-1")

    assert (heard.status, heard.data["result"]) == (1000, "UNKNOWN_SESSION")


@OLDEST
async def test_the_oldest_version_hears_the_nearest_word_of_it(orders: Ordering) -> None:
    """There is no EVSE_OCCUPIED yet."""
    await orders.charging()

    assert await orders.ordered("START_SESSION", token=orders.token("APP-8"), **GARE) == "REJECTED"


@OLDEST
async def test_the_oldest_version_knows_neither_cancelling_nor_profiles(orders: Ordering) -> None:
    heard, _ = await orders.order("CANCEL_RESERVATION", reservation_id=7)

    assert heard.http == 404
    assert ("chargingprofiles", "RECEIVER") not in orders.emsp.endpoints


@pytest.mark.parametrize("orders", ["2.2.1"], indirect=True)
async def test_profiles_are_as_old_as_their_module(orders: Ordering) -> None:
    session_id = await orders.charging()
    profile = {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": 6000}]}
    result = await orders.profiled("PUT", session_id, charging_profile=profile)
    await eventually(lambda: orders.emsp.heard("chargingprofiles", "PUT"))

    (told,) = orders.emsp.heard("chargingprofiles", "PUT")
    assert result == {"result": "ACCEPTED"}
    assert told.json()["charging_profile"]["charging_profile_period"] == [{"start_period": 0, "limit": 6000}]


def reservation(orders: Ordering) -> Any:
    """In 2.1.1 a number."""
    return 7 if orders.emsp.version == "2.1.1" else "R-7"
