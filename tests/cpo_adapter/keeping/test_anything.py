"""Whatever stands in a transaction message, the real rooms and the real database get over it.

L-2, L-3, L-14, L-15; B-24, B-25, B-65, B-67; needs.md §4.5, O-68, O-70.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from tests.cpo_adapter.ocpp.test_kept_first import ACTIONS, BROKEN
from tests.cpo_adapter.sessions.charging import Charging, running_charging

VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    2**31,
    2**63,
    2**64,
    10**40,
    10**4000,
    -(10**300),
    1e300,
    "",
    "NaN",
    "9" * 5000,
    "\ud800",
    "\u0000",
    "$where",
    [],
    {"$set": {"a.b": 1}},
    [[[[]]]],
    "9999-12-31T23:59:59.999999999+14:00",
    "0001-01-01T00:00:00-14:00",
]
KEYS = ("connectorId", "idTag", "meterStart", "meterStop", "timestamp", "transactionId", "reason")


def _payload(value: Any) -> dict[str, Any]:
    sampled = [{"value": value, "unit": value, "measurand": value, "context": value}, {"value": value}, value]
    series = [{"timestamp": value, "sampledValue": sampled}, value]
    return {**dict.fromkeys(KEYS, value), "meterValue": series, "transactionData": series, "$or": [value]}


@pytest.fixture
async def charging(mongo: Mongo, tmp_path: Path) -> AsyncIterator[Charging]:
    async with running_charging(mongo, tmp_path) as found:
        yield found


@pytest.mark.slow
async def test_nothing_in_a_transaction_message_breaks_the_rooms(charging: Charging) -> None:
    async with charging.station() as station:
        for action in ACTIONS:
            for frame in BROKEN:
                await station.say(frame.replace("{action}", action))
                assert (await station.hear())[:2] == [3, "7"], frame[:80]
            for value in VALUES:
                answer = await station.call(action, _payload(value))
                assert answer[0] == 3, (action, value)

    body, _ = charging.cpo.foundation.metrics.exposition()
    assert b"passerelle_station_messages_broken_total 0.0" in body
    messages = charging.cpo.foundation.mongo.collection("station_messages")
    assert await messages.count_documents({}) >= len(ACTIONS) * (len(BROKEN) + len(VALUES) - 1)
