"""Stations over real sockets, partners over real sockets: what the issuer of the card receives.

Numbers in the docstrings are the behaviours of real stations that a charge point operator has to live with.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.sessions.charging import UID
from tests.cpo_adapter.sessions.yard import Place, Yard, running_yard
from tests.fakes.eventually import eventually
from tests.lent import SHARED_LOOP
from tests.platforms import CPO, EMSP

pytestmark = SHARED_LOOP


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def yard(mongo_of_file: Mongo, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Yard]:
    """Its issuer wants to be asked about the card, each time."""
    async with running_yard(mongo_of_file, tmp_path_factory.mktemp("cpo"), whitelist="NEVER") as running:
        yield running


def ago(minutes: float) -> str:
    return (SystemClock().now() - timedelta(minutes=minutes)).isoformat(timespec="seconds")


def start(stamp: str, meter_wh: int = 1000) -> dict[str, Any]:
    return {"connectorId": 1, "idTag": UID, "meterStart": meter_wh, "timestamp": stamp}


def stop(number: int, stamp: str, meter_wh: int) -> dict[str, Any]:
    return {"transactionId": number, "idTag": UID, "meterStop": meter_wh, "timestamp": stamp}


async def charge(station: RawStation, *, wh: int = 11_000) -> int:
    """Tap, start, stop an hour later; the number of the transaction."""
    await station.call("Authorize", {"idTag": UID})
    begun = await station.call("StartTransaction", start(ago(60)))
    number = int(begun[2]["transactionId"])
    await station.call("StopTransaction", stop(number, ago(0), 1000 + wh))
    return number


async def test_a_charge_becomes_one_session_and_one_bill(place: Place) -> None:
    async with place.line() as station:
        await charge(station)
        await eventually(place.bills)
    (bill,) = place.bills()
    assert (bill["total_energy"], bill["total_cost"]["before_taxes"]) == (11, 4.4)  # 11 x 0.40
    assert (bill["auth_method"], bill["authorization_reference"]) == ("AUTH_REQUEST", "REF-1")
    assert place.sessions()[-1]["status"] == "COMPLETED"
    assert [each["outcome"] for each in await place.transactions()] == ["BILLED"]


async def test_the_completed_session_leaves_before_its_bill(place: Place) -> None:
    async with place.line() as station:
        await charge(station)
        await eventually(place.bills)
    (module, session), (last, _) = place.told()[-2:]
    assert (module, session["status"], last) == ("sessions", "COMPLETED", "cdrs")


async def test_the_issuer_is_asked_where_the_card_is(place: Place) -> None:
    async with place.line() as station:
        answer = await station.call("Authorize", {"idTag": UID})
    assert answer[2]["idTagInfo"]["status"] == "Accepted"
    (asked,) = place.asked()
    evses = [f"{place.identity}-{number}" for number in (1, 2)]
    assert asked.path == f"{UID}/authorize"
    assert asked.json() == {"location_id": place.identity, "evse_uids": evses}
    assert asked.routing == Routing(to=EMSP, sender=CPO)


@pytest.mark.parametrize(
    ("allowed", "status"), [("BLOCKED", "Blocked"), ("EXPIRED", "Expired"), ("NO_CREDIT", "Invalid")]
)
async def test_a_card_that_its_issuer_refuses_is_refused_at_the_station(
    place: Place, allowed: str, status: str
) -> None:
    with place.yard.issuer_says(allowed):
        async with place.line() as station:
            answer = await station.call("Authorize", {"idTag": UID})
    assert answer[2]["idTagInfo"]["status"] == status


async def test_a_card_that_charges_all_the_same_gets_a_transaction_and_no_bill(place: Place) -> None:
    """A transaction that has begun cannot be refused, only its card."""
    async with place.line() as station:
        with place.yard.issuer_says("BLOCKED"):
            begun = await station.call("StartTransaction", start(ago(60)))
        assert begun[2]["idTagInfo"]["status"] == "Blocked"
        await station.call("StopTransaction", stop(begun[2]["transactionId"], ago(0), 1000))
        await place.settled()
    (settled,) = await place.transactions()
    assert (settled["outcome"], settled["reason"]) == ("NOT_BILLED", "no card was accepted for it")
    assert place.sessions() == place.bills() == []


async def test_an_unknown_card_is_not_accepted(place: Place) -> None:
    async with place.line() as station:
        answer = await station.call("Authorize", {"idTag": "FFFF"})
    assert answer[2]["idTagInfo"]["status"] == "Invalid"


async def test_a_start_that_is_told_again_is_the_same_transaction(place: Place) -> None:
    """Stations repeat a start with a new message id when the answer was lost."""
    told = start(ago(60))
    async with place.line() as station:
        await station.call("Authorize", {"idTag": UID})
        first = await station.call("StartTransaction", told)
        again = await station.call("StartTransaction", told)
        assert first[2] == again[2]
        for _ in range(2):
            await station.call("StopTransaction", stop(first[2]["transactionId"], ago(0), 12_000))
        await eventually(place.bills)
        await place.settled()
    assert len(place.bills()) == 1
    assert len(await place.transactions()) == 1


async def test_a_second_stop_changes_nothing(place: Place) -> None:
    async with place.line() as station:
        number = await charge(station, wh=11_000)
        await eventually(place.bills)
        await station.call("StopTransaction", stop(number, ago(0), 99_000))
        assert await place.strays() == ["an end, another one was told before"]
        await place.settled()
    assert [bill["total_energy"] for bill in place.bills()] == [11]


async def test_the_end_of_no_transaction_is_kept_and_answered(place: Place) -> None:
    async with place.line() as station:
        answer = await station.call("StopTransaction", stop(4711, ago(0), 2000))
    assert answer[0] == 3
    assert await place.strays() == ["the end of no transaction"]


async def test_meter_values_reach_the_issuer_while_the_car_charges(place: Place) -> None:
    async with place.line() as station:
        await station.call("Authorize", {"idTag": UID})
        begun = await station.call("StartTransaction", start(ago(30)))
        value = {"timestamp": ago(0), "sampledValue": [{"value": "3500"}]}
        told = {"connectorId": 1, "transactionId": begun[2]["transactionId"], "meterValue": [value]}
        await station.call("MeterValues", told)
        await eventually(lambda: bool(place.sessions()) and place.sessions()[-1]["kwh"] == 2.5)
    assert place.sessions()[-1]["status"] == "ACTIVE"


async def test_meter_values_without_a_number_belong_to_what_runs_at_their_connector(
    place: Place,
) -> None:
    async with place.line() as station:
        await station.call("Authorize", {"idTag": UID})
        await station.call("StartTransaction", start(ago(30)))
        value = {"timestamp": ago(0), "sampledValue": [{"value": "3500"}]}
        await station.call("MeterValues", {"connectorId": 1, "meterValue": [value]})
        await eventually(lambda: bool(place.sessions()) and place.sessions()[-1]["kwh"] == 2.5)


async def test_the_location_shows_that_its_connector_is_in_use(place: Place) -> None:
    async with place.line() as station:
        for status in ("Available", "Charging"):
            await station.call(
                "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": status}
            )
        await eventually(lambda: place.status() == "CHARGING")
