"""Stops that are held are anybody's: one process accepts, another sends, and whoever lives tells (B-103)."""

import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cpo_adapter.commands import stopping
from cpo_adapter.commands.store import PROMISES
from cpo_adapter.crew.members import COLLECTION as CREW
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from schemas import codec
from tests.cpo_adapter.commands.ordering import later
from tests.cpo_adapter.commands.saying import hear_stop
from tests.cpo_adapter.crew.conftest import Pair, is_connected, two_processes
from tests.cpo_adapter.door import RawStation
from tests.fakes.eventually import eventually_so
from tests.platforms import Running


@pytest.fixture
async def pair(mongo: Mongo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pair]:
    monkeypatch.setattr(stopping, "EVERY_S", 0.1)
    monkeypatch.setattr(stopping, "QUIET_S", 0.1)
    async with two_processes(mongo, tmp_path, stop_when_away="hold") as running:
        yield running


async def test_a_stop_is_sent_by_whichever_process_the_station_comes_to(pair: Pair) -> None:
    number, url = await held(pair)
    async with pair.station(pair.other) as station:
        await answers(station, number)
        assert await pair.orders.result(url) == {"result": "ACCEPTED"}


async def test_a_stop_outlives_the_process_that_accepted_it(pair: Pair) -> None:
    """No failure is told in its name: the one result is what the station says."""
    number, url = await held(pair)
    await dies(pair, pair.first)
    async with pair.station(pair.other, seen_by=pair.other) as station:
        await answers(station, number)
        assert await pair.orders.result(url) == {"result": "ACCEPTED"}
    await eventually_so(lambda: is_closed(pair))
    assert len(pair.orders.told(url)) == 1


async def test_a_stop_whose_process_died_over_it_is_sent_by_the_next(pair: Pair) -> None:
    """The station was asked, and its answer heard by nobody."""
    number, url = await held(pair)
    async with pair.station(pair.other) as station:
        lost = await hear_stop(station)
        await dies(pair, pair.other)
    async with pair.station(pair.first, seen_by=pair.first) as station:
        await answers(station, number)
        assert await pair.orders.result(url) == {"result": "ACCEPTED"}
    assert lost[2:] == ["RemoteStopTransaction", {"transactionId": number}]
    assert len(pair.orders.told(url)) == 1


async def test_two_processes_tell_of_a_deadline_once(pair: Pair) -> None:
    _, url = await held(pair)
    await changed(pair, {"held.answer_by": SystemClock().now(), "held.until": SystemClock().now()})
    assert (await pair.orders.result(url))["result"] == "TIMEOUT"
    await eventually_so(lambda: is_closed(pair))
    assert len(pair.orders.told(url)) == 1


async def test_a_result_that_a_dead_process_did_not_come_to_tell_is_told(pair: Pair) -> None:
    _, url = await held(pair)
    life = await life_of(pair, pair.other)
    await pair.other.foundation.supervisor.stop()
    await changed(pair, {"result": codec.encode({"result": "TIMEOUT"}), "outcome": "TIMEOUT", "life": life})
    await lapse(pair, pair.other)
    assert (await pair.orders.result(url))["result"] == "TIMEOUT"


async def held(pair: Pair) -> tuple[int, str]:
    """A stop for a station that is away: the number of its transaction, and where the result goes."""
    await pair.orders.push_card("CARD")
    async with pair.station(pair.first) as station:
        begun = {"connectorId": 1, "idTag": "CARD", "meterStart": 0, "timestamp": later(seconds=-2)}
        answer = await station.call("StartTransaction", begun)
        session = await pair.orders.session()
    for each in (pair.first, pair.other):
        await eventually_so(partial(is_away, each))
    return answer[2]["transactionId"], await pair.orders.accepted("STOP_SESSION", session_id=session["id"])


async def answers(station: RawStation, number: int) -> None:
    asked = await hear_stop(station)
    assert asked[2:] == ["RemoteStopTransaction", {"transactionId": number}]
    await station.say(json.dumps([3, asked[1], {"status": "Accepted"}]))


async def is_away(cpo: Running) -> bool:
    return not await is_connected(cpo)


async def dies(pair: Pair, cpo: Running) -> None:
    """Without a word: its tasks are gone, and its time in the crew runs out."""
    await cpo.foundation.supervisor.stop()
    await lapse(pair, cpo)


async def lapse(pair: Pair, cpo: Running) -> None:
    wanted = {"instance": cpo.foundation.instance}
    await pair.mongo.collection(CREW).update_one(wanted, {"$set": {"until": SystemClock().now()}})


async def life_of(pair: Pair, cpo: Running) -> str:
    found = await pair.mongo.collection(CREW).find_one({"instance": cpo.foundation.instance})
    assert found is not None
    return str(found["_id"])


async def changed(pair: Pair, change: dict[str, Any]) -> None:
    await pair.mongo.collection(PROMISES).update_one({"is_held": True}, {"$set": change})


async def is_closed(pair: Pair) -> bool:
    return await pair.mongo.collection(PROMISES).count_documents({"is_open": True}) == 0
