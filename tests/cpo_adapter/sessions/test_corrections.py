"""What comes after the bill, over real sockets: a credit, another bill, and never two that stand.

The yard is an impatient one: it waits moments where an operator's waits hours.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cpo_adapter.sessions import gaps, lingering, settlement, silence
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.sessions.charging import UID
from tests.cpo_adapter.sessions.test_behaviours_v2 import answer_queue
from tests.cpo_adapter.sessions.test_behaviours_v16 import begin, end, meter
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago
from tests.cpo_adapter.sessions.test_from_tap_to_bill_v2 import CARD, EVSE, charge, tell
from tests.cpo_adapter.sessions.yard import Place, Yard, running_yard
from tests.fakes.eventually import eventually, eventually_so
from tests.lent import SHARED_LOOP, lent
from tests.platforms import operate

pytestmark = SHARED_LOOP

SOON = timedelta(seconds=0.3)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def yard(mongo_of_file: Mongo, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Yard]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gaps, "EVERY_S", 0.1)
        patched.setattr(lingering, "EVERY_S", 0.1)
        patched.setattr(silence, "DOUBTED_AFTER", SOON)
        patched.setattr(settlement, "CALM", SOON)
        async with running_yard(mongo_of_file, tmp_path_factory.mktemp("cpo"), unended_hours=0) as running:
            yield running


def live(bills: list[Any]) -> list[Any]:
    """Those that no credit has taken back."""
    credited = {bill["credit_reference_id"] for bill in bills if bill.get("credit")}
    return [bill for bill in bills if not bill.get("credit") and bill["id"] not in credited]


async def corrected(place: Place, kwh: float) -> list[Any]:
    """Once the live bill is of so much energy: all that the issuer received, in that order."""
    await eventually(lambda: [each["total_energy"] for each in live(place.bills())] == [kwh])
    first, credit, other = bills = place.bills()
    assert (credit["credit"], credit["credit_reference_id"]) == (True, first["id"])
    assert credit["total_cost"]["before_taxes"] == -first["total_cost"]["before_taxes"]
    assert {bill["session_id"] for bill in bills} == {first["id"]}
    assert len({first["id"], credit["id"], other["id"]}) == 3
    (settled,) = await place.settled()
    energies = [settled[name] for name in ("billed_wh", "held_wh", "not_billed_wh")]
    assert (settled["outcome"], energies) == ("BILLED", [kwh * 1000, 0, 0])
    return bills


async def free(station: Any, status: str = "Available") -> None:
    told = {"connectorId": 1, "errorCode": "NoError", "status": status}
    assert (await station.call("StatusNotification", told))[2] == {}


async def lost_its_end(place: Place, station: Any) -> int:
    """A charge of 5 kWh whose end was never told, billed after all."""
    number = await begin(station)
    await meter(station, 30, 6000, transactionId=number)
    await free(station)
    asked = await station.hear()
    assert asked[2:] == ["TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1}]
    await station.say(json.dumps([3, asked[1], {"status": "Accepted"}]))
    await eventually(place.bills)
    return number


async def test_a_charge_that_nobody_ends_is_asked_about_and_then_billed_with_a_remark(place: Place) -> None:
    """(B-57) (B-78)."""
    async with place.line() as station:
        await lost_its_end(place, station)
        bill = await place.bill()

    assert bill["total_energy"] == 5
    assert bill["remark"] == "the station never told its end"
    assert place.sessions()[-1]["status"] == "COMPLETED"


async def test_one_that_goes_on_although_its_connector_seems_free_is_left_alone(place: Place) -> None:
    """(B-57): the station answers with readings that rise."""
    async with place.line() as station:
        number = await begin(station)
        await free(station)
        asked = await station.hear()
        await station.say(json.dumps([3, asked[1], {"status": "Accepted"}]))
        await meter(station, -1, 3000, transactionId=number)
        await asyncio.sleep(3 * SOON.total_seconds())
        assert (await place.transactions())[0]["outcome"] is None
        await end(station, number, timestamp=ago(-2))
        assert (await place.bill())["total_energy"] == 11


async def test_in_2_x_the_station_says_whether_a_charge_goes_on(place: Place) -> None:
    """(B-57): and one that it does not know any more is over."""
    async with place.line("ocpp2.0.1") as station:
        await tell(station, charge()[:3])
        told = {"timestamp": ago(0), "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
        await station.call("StatusNotification", told)
        asked = await station.hear()
        assert asked[2:] == ["GetTransactionStatus", {"transactionId": "T-1"}]
        await station.say(json.dumps([3, asked[1], {"ongoingIndicator": True, "messagesInQueue": False}]))
        asked = await station.hear()
        assert place.sessions()[-1]["status"] == "ACTIVE"
        await station.say(json.dumps([3, asked[1], {"ongoingIndicator": False, "messagesInQueue": False}]))
        assert (await place.bill())["total_energy"] == 6


async def test_a_late_stop_replaces_the_bill_of_an_end_that_was_assumed(place: Place) -> None:
    """(B-78)."""
    async with place.line() as station:
        number = await lost_its_end(place, station)
        await end(station, number)
        _, _, other = await corrected(place, 11)

    assert other.get("remark") is None
    session = place.sessions()[-1]
    assert (session["kwh"], session["status"]) == (11, "COMPLETED")
    assert [module for module, _ in place.told()][-3:] == ["sessions", "cdrs", "cdrs"]


async def test_a_late_stop_that_agrees_changes_nothing(place: Place) -> None:
    """(B-78): but it has to agree to the second."""
    async with place.line() as station:
        stamp = ago(30)
        number = await begin(station)
        told = {"timestamp": stamp, "sampledValue": [{"value": "6000"}]}
        await station.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [told]})
        other = await begin(station, timestamp=ago(0), meterStart=6000)
        await eventually(place.bills)
        await end(station, number, timestamp=stamp, meterStop=6000)
        await end(station, other, meterStop=6000)
        await place.settled()
        await asyncio.sleep(2 * SOON.total_seconds())

    assert [bill["total_energy"] for bill in place.bills()] == [5]


async def test_readings_of_an_outage_move_the_bill_of_an_end_that_was_assumed_once(place: Place) -> None:
    """(B-76) (B-78): many in a row are one correction."""
    async with place.line() as station:
        number = await lost_its_end(place, station)
        for minutes_ago, value in ((25, 7000), (20, 8000), (15, 9000)):
            await meter(station, minutes_ago, value, transactionId=number)
        bills = await corrected(place, 8)
    assert bills[-1]["remark"] == "the station never told its end"


async def test_late_events_replace_the_bill_that_lacked_them(place: Place) -> None:
    """(B-84) (B-85)."""
    started, *heard = charge()
    heard[0] |= {"idToken": CARD, "evse": EVSE}
    async with place.line("ocpp2.0.1") as station:
        await tell(station, heard)
        await answer_queue(station, more=False)
        assert (await place.bill())["total_energy"] == 8
        await tell(station, [started])
        bills = await corrected(place, 11)

    assert ("missing" in bills[0]["remark"], bills[2].get("remark")) == (True, None)


async def test_a_late_event_that_tells_nothing_new_corrects_nothing(place: Place) -> None:
    """(B-76) (B-85)."""
    events = charge()
    async with place.line("ocpp2.1") as station:
        await tell(station, [*events[:2], *events[3:]])
        await answer_queue(station, more=False)
        await place.bill()
        await tell(station, [events[2], events[4]])
        await place.settled()
        await asyncio.sleep(2 * SOON.total_seconds())
    assert len(place.bills()) == 1


async def test_an_end_that_cannot_be_leaves_the_bill_and_holds_the_rest(place: Place) -> None:
    async with place.line() as station:
        number = await lost_its_end(place, station)
        await place.settled()
        await end(station, number, meterStop=10**9)

        async def is_held() -> bool:
            return bool((await place.transactions())[0]["held_wh"])

        await eventually_so(is_held)
        (settled,) = await place.settled()

    assert settled["outcome"] == "BILLED"
    assert "a correction is held" in settled["reason"]
    assert (settled["billed_wh"], settled["held_wh"]) == (5000, 10**9 - 6000)
    assert len(place.bills()) == 1


async def test_the_operator_corrects_a_meter_and_the_bill_follows(place: Place) -> None:
    async with place.line() as station:
        number = await begin(station)
        await end(station, number)
        await place.bill()
        meter_ = {"start_wh": 1000, "stop_wh": 9000}
        assert await operate(place.yard.cpo, f"/transactions/{number}/correct", meter_) == {"number": number}
        bills = await corrected(place, 8)
    assert bills[-1]["remark"] == "corrected by the operator"


async def test_what_is_held_is_billed_once_the_operator_says_what_the_meter_read(place: Place) -> None:
    async with place.line() as station:
        number = await begin(station)
        await end(station, number, meterStop=999_999)
        assert (await place.settled())[0]["outcome"] == "HELD"
        meter_ = {"start_wh": 1000, "stop_wh": 9999}
        await operate(place.yard.cpo, f"/transactions/{number}/correct", meter_)
        assert (await place.bill())["total_energy"] == 8.999


async def test_what_is_written_off_is_taken_back_and_not_billed(place: Place) -> None:
    async with place.line() as station:
        number = await begin(station)
        await end(station, number)
        await place.bill()
        await operate(place.yard.cpo, f"/transactions/{number}/write_off", {"reason": "a fault of ours"})
        await eventually(lambda: len(place.bills()) == 2)
        (settled,) = await place.settled()

    assert live(place.bills()) == []
    assert (settled["outcome"], settled["reason"]) == ("NOT_BILLED", "a fault of ours")
    assert (settled["billed_wh"], settled["not_billed_wh"]) == (0, 11_000)


async def test_no_energy_is_lost_or_counted_twice(yard: Yard) -> None:
    """What is billed is what the live bills say; the rest is held or not billed."""
    told = await asyncio.to_thread(yard.cpo.admin.get, "/transactions/energies")
    bills = live([post.json() for post in yard.emsp.heard("cdrs", "POST")])
    assert told["billed_wh"] == round(sum(bill["total_energy"] for bill in bills) * 1000)


_CARD_OF_2_1_1: dict[str, Any] = {
    "uid": UID,
    "type": "RFID",
    "auth_id": "C-7",
    "issuer": "MSP",
    "valid": True,
    "whitelist": "ALWAYS",
    "last_updated": "2026-01-01T00:00:00Z",
}


@pytest.mark.usefixtures("yard")  # whose impatience is this one's too
async def test_whoever_has_no_credits_gets_one_bill_and_the_operator_a_case(
    mongo_url: str, tmp_path: Path
) -> None:
    """2.1.1 has none: credit and replacement stay here together, to be settled by hand."""
    async with (
        lent(mongo_url) as mongo,
        running_yard(mongo, tmp_path, ocpi="2.1.1", card=_CARD_OF_2_1_1) as old,
    ):

        def bills() -> list[Any]:
            return [post.json()["total_energy"] for post in old.emsp.heard("cdrs", "POST")]

        async def parked() -> list[str]:
            marks = old.mongo.collection("outbox").find({"parked": {"$nin": [None, ""]}})
            return [each["parked"] async for each in marks]

        async def are_both() -> bool:
            return len(await parked()) == 2

        async with old.place().line() as station:
            number = await begin(station)
            await end(station, number)
            await eventually(bills)
            await operate(old.cpo, f"/transactions/{number}/correct", {"start_wh": 1000, "stop_wh": 9000})
            await eventually_so(are_both)

        assert bills() == [11]
        assert all("by hand" in each for each in await parked())
