"""From tap to bill in 2.0.1 and 2.1, over real sockets: what the issuer of the card receives.

B-83 to B-93, B-95, and what shipped stations do to TransactionEvents.
"""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from ocpi.process.mongo import Mongo
from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.sessions.charging import UID
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago
from tests.cpo_adapter.sessions.yard import Place, Yard, running_yard
from tests.fakes.eventually import eventually
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP

CARD = {"idToken": UID, "type": "ISO14443"}
EVSE = {"id": 1, "connectorId": 1}
Event = dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def yard(mongo_of_file: Mongo, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Yard]:
    """Its issuer wants to be asked about the card, each time."""
    async with running_yard(mongo_of_file, tmp_path_factory.mktemp("cpo"), whitelist="NEVER") as running:
        yield running


@pytest.fixture(params=["ocpp2.0.1", "ocpp2.1"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def metered(stamp: str, wh: float, **sampled: Any) -> list[dict[str, Any]]:
    return [{"timestamp": stamp, "sampledValue": [{"value": wh, **sampled}]}]


def event(kind: str, minutes_ago: float, seq: int, wh: float | None = None, **more: Any) -> Event:
    stamp = ago(minutes_ago)
    info = {"transactionId": "T-1", **more.pop("info", {})}
    told = {
        "eventType": kind,
        "timestamp": stamp,
        "triggerReason": "MeterValuePeriodic",
        "seqNo": seq,
        "transactionInfo": info,
        **more,
    }
    return told if wh is None else told | {"meterValue": metered(stamp, wh)}


def charge(**started: Any) -> list[Event]:
    """An hour, 11 kWh, five events."""
    return [
        event("Started", 60, 0, 1000, evse=EVSE, **{"idToken": CARD, **started}),
        event("Updated", 45, 1, 4000, info={"chargingState": "Charging"}),
        event("Updated", 30, 2, 7000),
        event("Updated", 15, 3, 12_000, info={"chargingState": "SuspendedEV"}),
        event("Ended", 0, 4, 12_000, info={"stoppedReason": "EVDisconnected"}),
    ]


async def tell(station: RawStation, events: list[Event]) -> list[Any]:
    answers_ = []
    for told in events:
        answer = await station.call("TransactionEvent", told)
        assert answer[0] == 3
        answers_.append(answer[2])
    return answers_


async def billed(place: Place) -> Any:
    bill = await place.bill()
    assert [each["outcome"] for each in await place.transactions()] == ["BILLED"]
    return bill


async def test_a_charge_becomes_one_session_and_one_bill(place: Place, version: str) -> None:
    async with place.line(version) as station:
        card = await station.call("Authorize", {"idToken": CARD})
        assert card[2]["idTokenInfo"]["status"] == "Accepted"
        told = await tell(station, charge())
        bill = await billed(place)

    assert told[0]["idTokenInfo"]["status"] == "Accepted"
    assert told[1:] == [{}] * 4
    assert (bill["total_energy"], bill["total_cost"]["before_taxes"]) == (11, 4.4)
    assert (bill["auth_method"], bill["authorization_reference"]) == ("AUTH_REQUEST", "REF-1")
    assert bill["cdr_location"]["connector_id"] == "1"
    assert 0.2 < bill["total_parking_time"] < 0.3  # suspended by the car for the last quarter
    assert place.sessions()[-1]["status"] == "COMPLETED"
    assert len({session["id"] for session in place.sessions()}) == 1


async def test_readings_reach_the_issuer_while_the_car_charges(place: Place, version: str) -> None:
    async with place.line(version) as station:
        await tell(station, charge()[:3])
        await eventually(lambda: bool(place.sessions()) and place.sessions()[-1]["kwh"] == 6)
    assert place.sessions()[-1]["status"] == "ACTIVE"


ORDERS = [*itertools.permutations(range(5))][7::17]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "".join(map(str, order)))
async def test_events_in_any_order_are_the_same_bill(place: Place, order: tuple[int, ...]) -> None:
    """(B-76) (B-84) (B-85): no bill leaves before the last of them is there, and it has all of them."""
    events = charge()
    async with place.line("ocpp2.0.1") as station:
        for index in order[:-1]:
            await tell(station, [events[index]])
        if {4} <= {*order[:-1]}:
            await place.settled()
            assert not place.bills()
            assert [each["outcome"] for each in await place.transactions()] == ["HELD"]
        await tell(station, [events[order[-1]]])
        bill = await billed(place)

    assert (bill["total_energy"], bill["total_cost"]["before_taxes"]) == (11, 4.4)
    assert 0.99 < bill["total_time"] < 1.01
    assert 0.2 < bill["total_parking_time"] < 0.3


async def test_events_that_are_told_again_count_once(place: Place, version: str) -> None:
    async with place.line(version) as station:
        for told in charge():
            first, again = await tell(station, [told, told])
            assert first == again
        bill = await billed(place)
        await tell(station, [charge()[-1], event("Ended", 0, 4, 99_000)])

    assert bill["total_energy"] == 11
    assert len(place.bills()) == 1


async def test_a_station_that_numbers_every_event_0_loses_none(place: Place, version: str) -> None:
    """(B-83)."""
    async with place.line(version) as station:
        await tell(station, [told | {"seqNo": 0} for told in charge()])
        assert (await billed(place))["total_energy"] == 11


async def test_numbers_that_go_on_from_the_last_transaction_have_no_gap(place: Place, version: str) -> None:
    """(B-83)."""
    async with place.line(version) as station:
        await tell(station, [told | {"seqNo": told["seqNo"] + 40} for told in charge()])
        assert (await billed(place))["total_energy"] == 11


async def test_an_event_that_the_station_had_queued_ends_the_waiting(place: Place, version: str) -> None:
    """(B-85)."""
    late, *others = charge()
    others[0] |= {"idToken": CARD, "evse": EVSE}
    async with place.line(version) as station:
        await tell(station, others)
        await place.settled()
        assert not place.bills()
        await tell(station, [late])
        bill = await billed(place)
    assert (bill["total_energy"], bill.get("remark")) == (11, None)


async def test_a_charge_without_a_line_is_told_afterwards_and_billed(place: Place, version: str) -> None:
    """(B-87): a card that its issuer refuses today charged when nobody could be asked."""
    await place.yard.push_card("04LATE", whitelist="ALLOWED", valid=False)
    card = CARD | {"idToken": "04LATE"}
    just_now = [event("Started", 4, 0, 1000, evse=EVSE, idToken=card), event("Ended", 0, 1, 1500)]
    async with place.line(version) as station:
        told = await tell(station, [told | {"offline": True} for told in just_now])
        bill = await billed(place)
    assert told[0]["idTokenInfo"]["status"] == "Blocked"
    assert (bill["total_energy"], bill["auth_method"]) == (0.5, "WHITELIST")


async def test_a_line_that_is_lost_in_the_middle_loses_nothing(place: Place, version: str) -> None:
    async with place.line(version) as station:
        await tell(station, charge()[:2])
    async with place.line(version) as station:
        await tell(station, charge()[1:])
        assert (await billed(place))["total_energy"] == 11


async def test_a_card_that_comes_later_is_whose_the_session_is(place: Place, version: str) -> None:
    """(B-88) (B-89) (B-90): plugged in first, evse and card told when they are known."""
    events = charge()
    del events[0]["idToken"]
    del events[0]["evse"]
    events[1] |= {"idToken": CARD, "evse": {"id": 1}}
    async with place.line(version) as station:
        await tell(station, events[:1])
        assert place.sessions() == []
        told = await tell(station, events[1:])
        bill = await billed(place)
    assert told[0]["idTokenInfo"]["status"] == "Accepted"
    assert (bill["total_energy"], bill["cdr_location"]["evse_uid"]) == (11, f"{place.identity}-1")


async def test_what_no_card_began_is_nobodys_bill(place: Place, version: str) -> None:
    """(B-90)."""
    events = [event("Started", 5, 0, 1000, evse=EVSE), event("Ended", 0, 1, 1000)]
    async with place.line(version) as station:
        await tell(station, events)
        await place.settled()
    (settled,) = await place.transactions()
    assert (settled["outcome"], settled["reason"]) == ("NOT_BILLED", "no card was accepted for it")
    assert place.sessions() == place.bills() == []


async def test_a_card_that_its_issuer_refuses_gets_no_bill(place: Place, version: str) -> None:
    events = [event("Started", 1, 0, 1000, evse=EVSE, idToken=CARD), event("Ended", 0, 1, 1000)]
    async with place.line(version) as station:
        with place.yard.issuer_says("BLOCKED"):
            told = await tell(station, events)
        await place.settled()
    assert told[0]["idTokenInfo"]["status"] == "Blocked"
    assert [each["outcome"] for each in await place.transactions()] == ["NOT_BILLED"]


async def test_energy_may_come_in_meter_values_alone(place: Place, version: str) -> None:
    """(B-92): by EVSE, without a transaction, in another unit than the start."""
    started = event("Started", 60, 0, evse=EVSE, idToken=CARD)
    started["meterValue"] = metered(ago(60), 1, unitOfMeasure={"unit": "kWh"})
    async with place.line(version) as station:
        await tell(station, [started])
        await station.call("MeterValues", {"evseId": 1, "meterValue": metered(ago(1), 12_000)})
        await tell(station, [event("Ended", 0, 1)])
        assert (await billed(place))["total_energy"] == 11


async def test_a_charge_without_any_reading_is_held(place: Place, version: str) -> None:
    """(B-92)."""
    events = [event("Started", 60, 0, evse=EVSE, idToken=CARD), event("Ended", 0, 1)]
    async with place.line(version) as station:
        await tell(station, events)
        await place.settled()
    (settled,) = await place.transactions()
    assert (settled["outcome"], settled["reason"]) == ("HELD", "the meter could not be read")


async def test_a_name_that_is_given_again_is_another_transaction(place: Place, version: str) -> None:
    """(B-91)."""
    earlier = [event("Started", 90, 0, 0, evse=EVSE, idToken=CARD), event("Ended", 70, 1, 1000)]
    async with place.line(version) as station:
        await tell(station, earlier)
        await tell(station, charge())
        await eventually(lambda: len(place.bills()) == 2)
    assert sorted(bill["total_energy"] for bill in place.bills()) == [1, 11]


async def test_the_name_of_another_station_is_another_transaction(place: Place) -> None:
    """Its number in our own books is no name of it either: numbers are easy to guess."""
    async with place.line("ocpp2.0.1") as station:
        await tell(station, charge()[:1])
        (begun,) = await place.transactions()
        mine = event("Ended", 0, 4, 2000)
        mine["transactionInfo"] = {"transactionId": str(begun["number"])}
        await tell(station, [mine])
        assert len(await place.transactions()) == 2


async def test_an_event_of_no_transaction_is_kept_and_answered(place: Place, version: str) -> None:
    async with place.line(version) as station:
        await tell(station, [event("Ended", 0, 1) | {"transactionInfo": {}}])
    assert await place.strays() == ["an event of no transaction"]


async def test_the_location_shows_that_its_connector_is_in_use(place: Place, version: str) -> None:
    async with place.line(version) as station:
        for status in ("Available", "Occupied"):
            told = {"timestamp": ago(0), "connectorStatus": status, "evseId": 1, "connectorId": 1}
            await station.call("StatusNotification", told)
        await eventually(lambda: place.status() == "CHARGING")
