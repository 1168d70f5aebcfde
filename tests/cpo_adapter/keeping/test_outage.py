"""MongoDB goes away while cars charge: stations notice nothing, and every transaction ends in one bill.

needs.md §3.4 scenario 4; B-30, B-60, B-79, B-81.
"""

from typing import Any

import pytest

from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.keeping.conftest import Outage
from tests.cpo_adapter.sessions.charging import UID
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago, start, stop
from tests.fakes.eventually import eventually, eventually_so

pytestmark = pytest.mark.slow


async def test_a_charge_goes_on_while_the_database_is_frozen(outage: Outage) -> None:
    async with outage.charging.station() as station:
        number = await _begun(station, start(ago(60)))
        outage.mongod.freeze()
        await _metered(station, number, 3500)
        assert (await station.call("StopTransaction", stop(number, ago(30), 12_000)))[0] == 3
        http, told = await outage.readiness()
        outage.mongod.thaw()
        await eventually(lambda: bool(outage.charging.bills()))
        await eventually_so(outage.is_all_well)

    assert (http, told["ready"], told["degraded"]) == (200, True, True)
    assert "station messages are kept in" in told["checks"]["database"]["trouble"]
    assert outage.billed_kwh() == [11]
    assert outage.number('station_messages_total{place="journal"}') == 2
    assert outage.number("station_journal_returned_total") == 2
    await eventually(lambda: outage.number("station_journal_bytes") == 0)


async def test_transactions_begin_and_end_while_the_database_is_away(outage: Outage) -> None:
    async with outage.charging.station() as station:
        await station.call("Authorize", {"idTag": UID})
        await outage.mongod.kill()
        numbers = []
        for hour in (3, 2, 1):
            number = await _begun(station, start(ago(60 * hour), 1000 * hour))
            await station.call("StopTransaction", stop(number, ago(60 * hour - 30), 3000 * hour))
            numbers.append(number)
        await outage.mongod.come_back()
        await eventually(lambda: len(outage.charging.bills()) == 3)
        after = await _begun(station, start(ago(1), 50_000))

    assert outage.billed_kwh() == [2, 4, 6]
    assert len({*numbers, after}) == 4


async def test_a_start_that_is_told_again_during_an_outage_is_one_transaction(outage: Outage) -> None:
    """Told before it, in it twice, and after it; the stop names the number that was heard in it."""
    told = start(ago(60))
    async with outage.charging.station() as station:
        before = await _begun(station, told)
        outage.mongod.freeze()
        first, second = await _begun(station, told), await _begun(station, told)
        assert (await station.call("StopTransaction", stop(first, ago(0), 12_000)))[0] == 3
        outage.mongod.thaw()
        await eventually(lambda: bool(outage.charging.bills()))
        await eventually_so(outage.is_all_well)
        after = await _begun(station, told)

    assert first == second
    assert after == before
    assert outage.billed_kwh() == [11]
    assert len(await outage.charging.transactions()) == 1


async def test_reading_goes_on_while_a_command_waits_and_the_database_is_away(outage: Outage) -> None:
    async with outage.charging.station() as station:
        await station.call("Authorize", {"idTag": UID})
        outage.mongod.freeze()
        await station.say('[2,"slow","StatusNotification",{"connectorId":1,"errorCode":"NoError"}]')
        assert (await station.hear())[:2] == [4, "slow"]
        assert (await station.call("Heartbeat", {}, message_id="beat"))[:2] == [3, "beat"]
        outage.mongod.thaw()


async def test_messages_are_told_to_the_session_room_in_the_order_in_which_they_were_said(
    outage: Outage,
) -> None:
    """Some in the journal, some live: the readings of one transaction all arrive at it."""
    async with outage.charging.station() as station:
        number = await _begun(station, start(ago(60)))
        for minute in range(30):
            if minute == 10:
                outage.mongod.freeze()
            if minute == 20:
                outage.mongod.thaw()
            await _metered(station, number, 1000 + 100 * minute, minutes=50 - minute)
        await station.call("StopTransaction", stop(number, ago(10), 12_000))
        await eventually(lambda: bool(outage.charging.bills()))
        await eventually_so(outage.is_all_well)

    facts = outage.mongo.collection("transaction_facts")
    assert await facts.count_documents({"number": number}) == 30
    assert await outage.mongo.collection("stray_frames").count_documents({}) == 0
    assert await outage.mongo.collection("station_messages").count_documents({"pending": True}) == 0
    assert outage.billed_kwh() == [11]


async def _begun(station: RawStation, told: dict[str, Any]) -> int:
    answer = await station.call("StartTransaction", told)
    assert (answer[0], answer[2]["idTagInfo"]["status"]) == (3, "Accepted"), answer
    return int(answer[2]["transactionId"])


async def _metered(station: RawStation, number: int, wh: int, *, minutes: float = 45) -> None:
    value = {"timestamp": ago(minutes), "sampledValue": [{"value": str(wh)}]}
    payload = {"connectorId": 1, "transactionId": number, "meterValue": [value]}
    assert (await station.call("MeterValues", payload))[::2] == [3, {}]
