"""A station is at one of two processes, and orders come to the other. Issue: several at once."""

import asyncio
import json
from functools import partial

import pytest

from cpo_adapter.crew import favours
from cpo_adapter.crew.errands import COLLECTION as ERRANDS
from cpo_adapter.crew.members import COLLECTION as CREW
from ocpi.process.clock import SystemClock
from tests.cpo_adapter.commands.ordering import later
from tests.cpo_adapter.crew.conftest import Pair
from tests.cpo_adapter.door import RawStation
from tests.fakes.eventually import eventually, eventually_so


async def test_an_order_reaches_a_station_at_another_process_and_its_result_comes_back(pair: Pair) -> None:
    async with pair.station(pair.other) as station:
        url, asked = await pair.asked_of(station)
        assert asked[2:] == ["UnlockConnector", {"connectorId": 1}]
        await station.say(json.dumps([3, asked[1], {"status": "Unlocked"}]))

        assert await pair.orders.result(url) == {"result": "ACCEPTED"}
        assert await station.hears_nothing()
    assert await pair.mongo.collection(ERRANDS).count_documents({}) == 0


async def test_a_file_is_ordered_at_one_process_and_comes_to_another(pair: Pair) -> None:
    """An address is good at all of them, and so is the word that the file was sent."""
    async with pair.station(pair.other) as station, asyncio.TaskGroup() as tasks:
        order = partial(pair.first.admin.post, "/stations/diagnostics", {"identity": "CP-4"})
        begun = tasks.create_task(asyncio.to_thread(order))
        asked = await station.hear()
        await station.say(json.dumps([3, asked[1], {"fileName": "a.log"}]))
        secret = asked[3]["location"].rpartition("/")[2]
        url = f"{pair.other.urls['stations']}/files/{secret}/a.log"
        async with pair.orders.http.put(url, data=b"a line") as answer:
            assert answer.status == 201
        await station.call("DiagnosticsStatusNotification", {"status": "Uploaded"})
        job = await asyncio.to_thread(pair.first.admin.get, f"/stations/jobs/{(await begun)['job']}")
        assert (job["state"], job["file"]["size"]) == ("done", 6)


async def test_an_operators_call_reaches_a_station_at_another_process_and_its_answer_comes_back(
    pair: Pair,
) -> None:
    body = {"identity": "CP-4", "action": "GetTariffs", "payload": {"evseId": 1}}
    async with pair.station(pair.other, protocol="ocpp2.1") as station, asyncio.TaskGroup() as tasks:
        told = tasks.create_task(asyncio.to_thread(pair.first.admin.post, "/stations/call", body))
        while (asked := await station.hear())[2] != "GetTariffs":  # a slow one is asked other things first
            await station.say(json.dumps([4, asked[1], "NotSupported", "", {}]))
        assert asked[3] == {"evseId": 1}
        await station.say(json.dumps([3, asked[1], {"status": "NoTariff"}]))
        assert (await told)["told"] == {"status": "NoTariff"}


async def test_what_a_station_elsewhere_refuses_is_told_as_if_it_were_here(pair: Pair) -> None:
    async with pair.station(pair.other) as station:
        url, asked = await pair.asked_of(station)
        await station.say(json.dumps([4, asked[1], "NotImplemented", "", {}]))

        assert (await pair.orders.result(url))["result"] == "NOT_SUPPORTED"


async def test_a_process_that_dies_over_an_order_leaves_it_failed_and_never_asked_twice(pair: Pair) -> None:
    """Dead without a word: its tasks are gone, and its time in the crew runs out."""
    async with pair.station(pair.other) as station:
        url, _ = await pair.asked_of(station)
        await pair.other.foundation.supervisor.stop()
        await lapse(pair)
        assert (await pair.orders.result(url))["result"] == "FAILED"
    async with pair.station(pair.first, boots=False) as again:
        assert await again.hears_nothing(0.3)
    assert len(pair.orders.told(url)) == 1


async def test_an_operator_is_answered_though_another_process_does_nothing(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is taken for alive for some seconds, and not waited for so long."""
    async with pair.station(pair.other):
        await pair.other.foundation.supervisor.stop()
    monkeypatch.setattr(favours, "WITHIN_S", 0.2)
    told = await asyncio.to_thread(pair.first.admin.post, "/stations/add", {"identity": "CP-5"})
    assert told["password"]


async def lapse(pair: Pair) -> None:
    """The process that tells no more is seen as dead, as after ten seconds."""
    wanted = {"instance": pair.other.foundation.instance}
    await pair.mongo.collection(CREW).update_one(wanted, {"$set": {"until": SystemClock().now()}})


async def test_the_newest_connection_wins_whichever_process_it_comes_to(pair: Pair) -> None:
    """It need not boot again (B-16)."""
    async with pair.station(pair.first) as older, pair.station(pair.other, boots=False) as newer:
        assert await older.close_code() == 1001
        answer = await newer.call("Heartbeat", {})
        assert "currentTime" in answer[2]
        url, asked = await pair.asked_of(newer)
        await newer.say(json.dumps([3, asked[1], {"status": "Unlocked"}]))
        assert await pair.orders.result(url) == {"result": "ACCEPTED"}


async def test_partners_hear_of_a_status_once_from_whichever_process_the_station_is_at(pair: Pair) -> None:
    async with pair.station(pair.other) as station:
        await reported(station, "Available")
        await eventually(lambda: pair.statuses()[-1:] == ["AVAILABLE"])
        await reported(station, "Faulted")
        await eventually(lambda: pair.statuses()[-1:] == ["OUTOFORDER"])
    async with pair.station(pair.first, boots=False) as station:
        await reported(station, "Available")
        await eventually(lambda: pair.statuses()[-2:] == ["OUTOFORDER", "AVAILABLE"])


async def reported(station: RawStation, status: str) -> None:
    told = {"connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": later()}
    await station.call("StatusNotification", told)


async def test_a_transaction_goes_on_at_the_process_that_the_station_comes_to(pair: Pair) -> None:
    """Begun at one, told of and ended at the other, billed once."""
    await pair.orders.push_card("CARD")
    async with pair.station(pair.other) as station:
        begun = {"connectorId": 1, "idTag": "CARD", "meterStart": 1000, "timestamp": later(minutes=-30)}
        answer = await station.call("StartTransaction", begun)
        assert answer[2]["idTagInfo"]["status"] == "Accepted"
    async with pair.station(pair.first, boots=False) as station:
        ended = {"transactionId": answer[2]["transactionId"], "meterStop": 8000, "timestamp": later()}
        await station.call("StopTransaction", ended)
    await eventually(pair.orders.bills)
    (bill,) = pair.orders.bills()
    assert bill["total_energy"] == 7


async def test_what_a_process_left_is_taken_over_by_another(pair: Pair) -> None:
    """An order that it had accepted and did not come to ask: told as failed, by whoever lives."""
    url = pair.orders.url()
    stopped = pair.other.foundation.supervisor
    await stopped.stop()
    await pair.mongo.collection("promises").insert_one(
        {
            "_id": "left",
            "action": "UNLOCK_CONNECTOR",
            "kind": "CommandResult",
            "station": "CP-4",
            "about": "CP-4-1",
            "reply": {"url": url, "partner": "the-emsp", "party": "NL*MSP", "correlation_id": "C"},
            "at": SystemClock().now(),
            "life": await life_of(pair),
            "result": None,
            "is_open": True,
        }
    )
    await lapse(pair)
    assert (await pair.orders.result(url))["result"] == "FAILED"
    await eventually_so(lambda: is_buried(pair))


async def life_of(pair: Pair) -> str:
    found = await pair.mongo.collection(CREW).find_one({"instance": pair.other.foundation.instance})
    assert found is not None
    return str(found["_id"])


async def is_buried(pair: Pair) -> bool:
    wanted = {"instance": pair.other.foundation.instance}
    return await pair.mongo.collection(CREW).count_documents(wanted) == 0
