"""What was accepted or reserved outlives our own end, and an absence of whoever is told.

Case C-120.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cpo_adapter.crew.members import COLLECTION as CREW
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.commands.ordering import Ordering, ordering, written
from tests.cpo_adapter.commands.test_reservations import reserve
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import running_cpo

THERE = {"location_id": "PARC", "evse_uid": "CP-4-1", "connector_id": "1"}


@pytest.fixture
async def orders(mongo: Mongo, tmp_path: Path) -> AsyncIterator[Ordering]:
    """At a CPO that nobody else orders of."""
    async with ordering(mongo, tmp_path) as running:
        yield running


async def test_a_reservation_outlives_a_restart(orders: Ordering, mongo: Mongo, tmp_path: Path) -> None:
    url = await reserve(orders)
    await closed(orders)  # else the next process tells its result once more
    await orders.cpo.foundation.supervisor.stop()
    async with running_cpo(mongo, SystemClock(), tmp_path, **written(tmp_path)) as again:
        (held,) = await asyncio.to_thread(again.admin.get, "/reservations")
        await asyncio.to_thread(again.admin.post, f"/reservations/{held['id']}/cancel", {})
        await eventually(lambda: len(orders.told(url)) == 2)

    assert held["state"] == "ACTIVE"


async def test_a_restart_finishes_what_was_promised(mongo: Mongo, tmp_path: Path, orders: Ordering) -> None:
    """The order is not tried again."""
    async with orders.raw_station() as station:
        url = await orders.accepted("UNLOCK_CONNECTOR", **THERE)
        await station.hear()
        crashed = orders.cpo.foundation.supervisor
        await crashed.stop()
    await mongo.collection(CREW).delete_many({})  # as where the next process begins in the same place
    async with running_cpo(mongo, SystemClock(), tmp_path, **written(tmp_path)):
        result = await orders.result(url)
        await asyncio.sleep(0.1)

    assert result["result"] == "FAILED"
    assert len(orders.told(url)) == 1


async def test_a_partner_that_is_away_for_a_moment_gets_its_result(orders: Ordering) -> None:
    async with orders.raw_station() as station:
        url = await orders.accepted("UNLOCK_CONNECTOR", **THERE)
        asked = await station.hear()
        orders.emsp.is_online = False
        await station.socket.send_json([3, asked[1], {"status": "Unlocked"}])
        await asyncio.sleep(0.5)
        orders.emsp.is_online = True
        assert await orders.result(url) == {"result": "ACCEPTED"}
    (listed,) = await closed(orders)
    assert (listed["outcome"], listed["trouble"]) == ("ACCEPTED", None)


async def closed(orders: Ordering) -> list[Any]:
    """The orders, once all have been told."""

    async def is_done() -> bool:
        return not any(each["is_open"] for each in await orders.listed("/orders"))

    await eventually_so(is_done)
    listed: list[Any] = await orders.listed("/orders")
    return listed
