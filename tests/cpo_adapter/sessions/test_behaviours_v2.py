"""What real stations of 2.x do to transactions, over real sockets, beyond `test_from_tap_to_bill_v2`."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from cpo_adapter.sessions import gaps
from ocpi.process.mongo import Mongo
from schemas import codec
from schemas.conformance import check
from schemas.times import parse
from schemas.v2_3_0.sessions import Session
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago
from tests.cpo_adapter.sessions.test_from_tap_to_bill_v2 import (
    CARD,
    EVSE,
    Event,
    charge,
    event,
    metered,
    tell,
)
from tests.cpo_adapter.sessions.yard import Place, Yard, running_yard
from tests.fakes.eventually import eventually
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def yard(mongo_of_file: Mongo, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Yard]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gaps, "EVERY_S", 0.1)
        async with running_yard(mongo_of_file, tmp_path_factory.mktemp("cpo")) as running:
            yield running


@pytest.fixture(params=["ocpp2.0.1", "ocpp2.1"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def kwh(event_: Event, value: float, unit: dict[str, Any] | None) -> Event:
    """With its register told as a number that has that unit, or none."""
    sampled = {} if unit is None else {"unitOfMeasure": unit}
    return event_ | {"meterValue": metered(event_["timestamp"], value, **sampled)}


async def test_events_of_one_number_and_kind_are_told_apart_by_their_time(place: Place, version: str) -> None:
    """(B-83)."""
    events = [told | {"seqNo": 0} for told in charge()]
    async with place.line(version) as station:
        await tell(station, [each for told in events for each in (told, told)])
        bill = await place.bill()
    (transaction,) = await place.transactions()
    facts = place.yard.mongo.collection("transaction_facts")

    assert bill["total_energy"] == 11
    assert await facts.count_documents({"number": transaction["number"], "seq": 0}) == len(events)


async def test_a_charge_whose_start_was_lost_is_a_session_from_the_first_that_is_heard(
    place: Place, version: str
) -> None:
    """(B-84): and its bill says what is missing."""
    _, *heard = charge()
    heard[0] |= {"idToken": CARD, "evse": EVSE}
    async with place.line(version) as station:
        await tell(station, heard[:2])
        await eventually(lambda: bool(place.sessions()) and place.sessions()[-1]["kwh"] == 3)
        await tell(station, heard[2:])
        await answer_queue(station, more=False)
        bill = await place.bill()

    assert (bill["total_energy"], parse(bill["start_date_time"])) == (8, parse(heard[0]["timestamp"]))
    assert "missing" in bill["remark"]


async def answer_queue(station: Any, *, more: bool) -> None:
    asked = await station.hear()
    assert asked[2:] == ["GetTransactionStatus", {"transactionId": "T-1"}]
    await station.say(json.dumps([3, asked[1], {"messagesInQueue": more}]))


@pytest.mark.parametrize("lost", [0, 2])
async def test_a_gap_is_asked_about_and_held_while_the_station_has_more(
    place: Place, version: str, lost: int
) -> None:
    """(B-85) (B-86): GetTransactionStatus tells, and the bill says what is missing."""
    events = charge()
    if lost == 0:
        events[1] |= {"idToken": CARD, "evse": EVSE}
    asked: list[Any] = []
    async with place.line(version) as station:
        await tell(station, [told for index, told in enumerate(events) if index != lost])
        for more in (True, True, False):
            asked.append(await station.hear())
            assert not place.bills()
            await station.say(json.dumps([3, asked[-1][1], {"messagesInQueue": more}]))
        bill = await place.bill()

    assert [each[2:] for each in asked] == [["GetTransactionStatus", {"transactionId": "T-1"}]] * 3
    assert bill["total_energy"] == (11 if lost else 8)
    assert "missing" in bill["remark"]


async def test_a_station_that_loses_every_second_event_is_billed_once_it_says_that_there_is_no_more(
    place: Place, version: str
) -> None:
    """(B-85) (B-86)."""
    updates = [event("Updated", 60 - 5 * number, number, 1000 + 1000 * number) for number in range(1, 11)]
    ended = event("Ended", 0, 11, 12_000)
    events = [event("Started", 60, 0, 1000, evse=EVSE, idToken=CARD), *updates[::2], ended]
    async with place.line(version) as station:
        await tell(station, events)
        await answer_queue(station, more=True)
        assert place.bills() == []
        assert (await place.settled())[0]["held_wh"] == 11_000
        await answer_queue(station, more=False)
        bill = await place.bill()

    assert (bill["total_energy"], "missing" in bill["remark"]) == (11, True)


async def test_history_moves_no_live_status_and_asks_nobody(place: Place, version: str) -> None:
    """(B-87): a charge of yesterday that is told today, with the flag and without."""
    asked = len(place.yard.emsp.heard("tokens", "POST"))
    async with place.line(version) as station:
        now = {"timestamp": ago(0), "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
        await station.call("StatusNotification", now)
        await eventually(lambda: place.status() == "AVAILABLE")
        events = [event("Started", 1500, 0, 1000, evse=EVSE, idToken=CARD, offline=True)]
        events.append(event("Updated", 1470, 1, 7000, info={"chargingState": "Charging"}))
        events.append(event("Ended", 1440, 2, 12_000))
        await tell(station, events)
        bill = await place.bill()

    assert (bill["total_energy"], parse(bill["start_date_time"])) == (11, parse(events[0]["timestamp"]))
    assert place.status() == "AVAILABLE"
    assert len(place.yard.emsp.heard("tokens", "POST")) == asked


async def test_a_refused_card_that_stops_at_once_is_an_invalid_session_and_no_bill(
    yard: Yard, place: Place, version: str
) -> None:
    """(B-89): it charged offline, and is deauthorized as soon as the line is back."""
    await yard.push_card("04NOMORE", whitelist="ALLOWED", valid=False)
    card = CARD | {"idToken": "04NOMORE"}
    events = [
        event("Started", 10, 0, 1000, evse=EVSE, idToken=card, offline=True),
        event("Ended", 9, 1, 1004, info={"stoppedReason": "DeAuthorized"}),
    ]
    async with place.line(version) as station:
        told = await tell(station, events)
        (settled,) = await place.settled()
        await eventually(lambda: bool(place.sessions()) and place.sessions()[-1]["status"] == "INVALID")

    assert told[0]["idTokenInfo"]["status"] == "Blocked"
    assert (settled["outcome"], settled["not_billed_wh"]) == ("NOT_BILLED", 4)
    assert place.bills() == []


async def test_a_card_that_only_the_end_shows_is_whose_the_bill_is(place: Place, version: str) -> None:
    """(B-88) (B-89): another one of its group that ends it is not."""
    events = charge()
    del events[0]["idToken"]
    events[2] |= {"idToken": CARD}
    events[4] |= {"idToken": CARD | {"idToken": "GROUP-MATE"}}
    async with place.line(version) as station:
        told = await tell(station, events[:2])
        assert place.sessions() == []
        told += await tell(station, events[2:])
        bill = await place.bill()

    assert bill["cdr_token"]["uid"] == CARD["idToken"]
    assert ["idTokenInfo" in answer for answer in told] == [False, False, True, False, True]  # (B-95)


@pytest.mark.parametrize(
    ("name", "again"), [("A" * 36, False), ("7", True), ("not a UUID, 36 characters, is this..", False)]
)
async def test_any_name_is_a_name_and_one_that_is_given_again_is_another_charge(
    place: Place, version: str, name: str, *, again: bool
) -> None:
    """(B-91)."""
    named = [
        told | {"transactionInfo": told["transactionInfo"] | {"transactionId": name}} for told in charge()
    ]
    later = [told | {"timestamp": ago(-1)} for told in (named[0], named[4])] if again else []
    async with place.line(version) as station:
        await tell(station, named)
        assert (await place.bill())["total_energy"] == 11
        await tell(station, later)
        listed = await place.settled()

    assert len(listed) == (2 if again else 1)


WRONG_LABEL = {"unit": "kWh"}
TELLINGS: dict[str, tuple[list[tuple[float, dict[str, Any] | None]], float, str | None]] = {
    "kWh with numbers of Wh": ([(1000, WRONG_LABEL), (7000, WRONG_LABEL), (12_000, WRONG_LABEL)], 11, "unit"),
    "unit missing only at the end": ([(1, WRONG_LABEL), (7, WRONG_LABEL), (12, None)], 11, "unit"),
    "multiplier -3": ([(1_000_000, {"multiplier": -3}), (12_000_000, {"multiplier": -3})], 11, None),
    "multiplier 3": ([(1, {"unit": "Wh", "multiplier": 3}), (12, {"multiplier": 3})], 11, None),
}


@pytest.mark.parametrize("telling", TELLINGS)
async def test_a_register_in_any_unit_or_in_a_wrong_one_is_understood(
    place: Place, version: str, telling: str
) -> None:
    """(B-92)."""
    values, energy, says = TELLINGS[telling]
    kinds = ["Started", *["Updated"] * (len(values) - 2), "Ended"]
    events = [
        kwh(event(kind, 60 - 60 * number / (len(values) - 1), number), *values[number])
        for number, kind in enumerate(kinds)
    ]
    events[0] |= {"evse": EVSE, "idToken": CARD}
    async with place.line(version) as station:
        await tell(station, events)
        bill = await place.bill()

    assert bill["total_energy"] == energy
    assert (says or "") in (bill.get("remark") or "")
    assert bool(bill.get("remark")) is bool(says)


@pytest.mark.parametrize(
    ("measurand", "values", "energy", "says"),
    [
        ("Energy.Active.Import.Interval", (2000, 3000, 1000), 6, ""),
        (
            "Power.Active.Import",
            (6000, 10_000, 6000),
            8,
            "worked out of the power",
        ),  # 8 kW twice half an hour
    ],
)
async def test_a_station_without_a_register_is_billed_by_what_it_has(
    place: Place, version: str, measurand: str, values: tuple[int, ...], energy: float, says: str
) -> None:
    """(B-92): by the energy of its intervals, else by its power."""
    events = [event("Started", 60, 0, evse=EVSE, idToken=CARD)]
    for number, value in enumerate(values):
        told = event("Updated", 60 - 30 * number, number + 1)
        events.append(told | {"meterValue": metered(told["timestamp"], value, measurand=measurand)})
    async with place.line(version) as station:
        await tell(station, [*events, event("Ended", 0, len(values) + 1)])
        bill = await place.bill()

    assert bill["total_energy"] == energy
    assert says in (bill.get("remark") or "")


async def test_what_a_car_gives_back_is_told_in_its_session(place: Place, version: str) -> None:
    """(B-94)."""
    events = charge()
    for told, value in ((events[0], 500), (events[2], 2500), (events[4], 4000)):
        (block,) = told["meterValue"]
        block["sampledValue"].append({"value": value, "measurand": "Energy.Active.Export.Register"})
    async with place.line(version) as station:
        await tell(station, events)
        bill = await place.bill()

    session = place.sessions()[-1]
    given = [
        each["volume"]
        for period in session["charging_periods"]
        for each in period["dimensions"]
        if each["type"] == "ENERGY_EXPORT"
    ]
    assert (sum(given), session["kwh"], bill["total_energy"]) == (3.5, 11, 11)
    assert check(Session.model_validate(codec.decode(json.dumps(session).encode()))) == []


async def test_what_no_schema_allows_is_answered_and_loses_nothing(place: Place, version: str) -> None:
    """(L-13) (L-14) (L-15)."""
    events = charge()
    events[1] |= {"timestamp": "yesterday", "meterValue": metered("yesterday", 4000, measurand="Frequency")}
    events[2] |= {"vendorSays": 1, "evse": {"id": -3}, "numberOfPhasesUsed": 17}
    events[3]["transactionInfo"] |= {"stoppedReason": "TimeLimitReached"}
    async with place.line(version) as station:
        await tell(station, events[:4])
        bare = json.dumps(event("Updated", 10, 5)).replace('"seqNo": 5', '"seqNo": NaN')
        await station.say(f'[2,"bare","TransactionEvent",{bare}]')
        assert (await station.hear())[0] == 3
        await tell(station, events[4:])
        assert (await place.bill())["total_energy"] == 11


async def test_availability_may_come_as_a_monitored_variable(place: Place, version: str) -> None:
    """(B-58): of a connector, an EVSE, the station."""

    async def notify(component: dict[str, Any], value: str) -> None:
        told = {
            "eventId": 1,
            "timestamp": ago(0),
            "trigger": "Delta",
            "actualValue": value,
            "eventNotificationType": "HardWiredNotification",
            "component": component,
            "variable": {"name": "AvailabilityState"},
        }
        request = {"generatedAt": ago(0), "seqNo": 0, "eventData": [told]}
        assert (await station.call("NotifyEvent", request))[2] == {}

    async with place.line(version) as station:
        await notify({"name": "Connector", "evse": {"id": 1, "connectorId": 1}}, "Occupied")
        await notify({"name": "EVSE", "evse": {"id": 2}}, "Faulted")
        await eventually(lambda: (place.status(1), place.status(2)) == ("CHARGING", "OUTOFORDER"))
        await notify({"name": "ChargingStation"}, "Unavailable")
        await eventually(lambda: (place.status(1), place.status(2)) == ("INOPERATIVE", "INOPERATIVE"))


async def test_evse_0_and_connector_0_are_the_station(place: Place, version: str) -> None:
    """(B-59)."""
    told = {"timestamp": ago(0), "evseId": 0, "connectorId": 0}
    async with place.line(version) as station:
        await station.call("StatusNotification", told | {"connectorStatus": "Faulted"})
        await eventually(lambda: (place.status(1), place.status(2)) == ("OUTOFORDER", "OUTOFORDER"))
        available = {"evseId": 1, "connectorId": 1, "connectorStatus": "Available"}
        await station.call("StatusNotification", told | available)
        await station.call("StatusNotification", told | {"connectorStatus": "Available"})
        await eventually(lambda: place.status(1) == "AVAILABLE")
