"""What real 1.6 stations do to transactions, over real sockets: what the issuer of the card receives.

`(B-…)` are the behaviours of real stations that a charge point operator has to live with, `(L-…)` the defects
of libraries that answer them wrongly.
"""

import asyncio
from typing import Any

import pytest

from schemas.times import parse
from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.sessions.charging import UID
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago
from tests.cpo_adapter.sessions.yard import Place, Yard
from tests.fakes.eventually import eventually
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP


async def begin(station: RawStation, **changes: Any) -> int:
    """At connector 1, an hour ago, at 1000 Wh; the number of the transaction."""
    told = {"connectorId": 1, "idTag": UID, "meterStart": 1000, "timestamp": ago(60), **changes}
    answer = await station.call("StartTransaction", told)
    assert answer[0] == 3, answer
    return int(answer[2]["transactionId"])


async def end(station: RawStation, number: object, **changes: Any) -> Any:
    """Now, at 12 000 Wh; what the station hears."""
    told = {"transactionId": number, "meterStop": 12_000, "timestamp": ago(0), **changes}
    answer = await station.call("StopTransaction", told)
    assert answer[0] == 3, answer
    return answer[2]


async def meter(station: RawStation, minutes_ago: float, *values: Any, **changes: Any) -> None:
    """At connector 1; a value is one of the register in Wh, or a SampledValue."""
    sampled = [each if isinstance(each, dict) else {"value": str(each)} for each in values]
    told = {
        "connectorId": 1,
        "meterValue": [{"timestamp": ago(minutes_ago), "sampledValue": sampled}],
        **changes,
    }
    assert await station.call("MeterValues", told) == [3, f"m{station._count}", {}]  # noqa: SLF001 - its own id


async def test_what_is_told_again_after_a_reconnect_is_answered_alike_and_done_once(place: Place) -> None:
    """(B-35)."""
    told = {"connectorId": 1, "idTag": UID, "meterStart": 1000, "timestamp": ago(60)}
    async with place.line() as station:
        first = await station.call("StartTransaction", told, message_id="77")
    async with place.line() as station:
        assert await station.call("StartTransaction", told, message_id="77") == first
        await end(station, first[2]["transactionId"])
        bill = await place.bill()
    assert bill["total_energy"] == 11
    assert [each["number"] for each in await place.transactions()] == [first[2]["transactionId"]]


async def test_the_same_start_again_after_its_end_is_the_old_one_and_another_time_is_a_new_one(
    place: Place,
) -> None:
    """(B-60) (B-61)."""
    stamp = ago(60)
    async with place.line() as station:
        first = await begin(station, timestamp=stamp)
        again = await begin(station, timestamp=stamp)
        await end(station, first)
        await place.bill()
        late = await begin(station, timestamp=stamp)
        other = await begin(station, timestamp=ago(0))

        assert {again, late} == {first}
        assert other != first
        assert len(await place.transactions()) == 2
        await eventually(lambda: len({each["id"] for each in place.sessions()}) == 2)
        await end(station, other)
    assert len(place.bills()) == 1


async def test_a_charge_of_days_ago_is_billed_though_its_card_is_blocked_since(
    yard: Yard, place: Place
) -> None:
    """(B-62)."""
    await yard.push_card("04BLOCKED", whitelist="ALLOWED", valid=False)
    started = {"connectorId": 1, "idTag": "04BLOCKED", "meterStart": 1000, "timestamp": ago(3 * 24 * 60)}
    async with place.line() as station:
        begun = (await station.call("StartTransaction", started))[2]
        await end(station, begun["transactionId"], timestamp=ago(3 * 24 * 60 - 60))
        bill = await place.bill()

    assert begun["idTagInfo"]["status"] == "Blocked"
    assert (bill["cdr_token"]["uid"], bill["total_energy"]) == ("04BLOCKED", 11)


async def test_a_card_that_nobody_knows_gets_a_number_and_its_energy_is_counted(place: Place) -> None:
    """(B-63)."""
    started = {"connectorId": 1, "idTag": "NOBODYS", "meterStart": 1000, "timestamp": ago(60)}
    async with place.line() as station:
        begun = (await station.call("StartTransaction", started))[2]
        await end(station, begun["transactionId"])
        (settled,) = await place.settled()

    assert begun["idTagInfo"]["status"] == "Invalid"
    assert (settled["outcome"], settled["reason"]) == ("NOT_BILLED", "no card was accepted for it")
    assert (settled["billed_wh"], settled["held_wh"], settled["not_billed_wh"]) == (0, 0, 11_000)
    assert place.sessions() == place.bills() == []


@pytest.mark.parametrize("stamp", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "yesterday", None])
async def test_a_time_that_cannot_be_is_ours_and_the_bill_says_so(place: Place, stamp: str | None) -> None:
    """(B-64) (L-13)."""
    before = parse(ago(0))
    async with place.line() as station:
        await end(station, await begin(station, timestamp=stamp), timestamp=ago(-1), meterStop=1400)
        bill = await place.bill()

    assert before <= parse(bill["start_date_time"]) <= parse(ago(-1))
    assert "time replaced by the time of receipt" in bill["remark"]


@pytest.mark.parametrize(
    ("stamp", "read"),
    [
        ("2026-03-02T10:00:00", "2026-03-02T10:00:00Z"),
        ("2026-03-02T12:00:00+02:00", "2026-03-02T10:00:00Z"),
        ("2026-03-02T10:00:00.123456789Z", "2026-03-02T10:00:00Z"),
    ],
)
async def test_a_time_in_any_spelling_is_read(place: Place, stamp: str, read: str) -> None:
    """(B-64)."""
    async with place.line() as station:
        await end(station, await begin(station, timestamp=stamp), timestamp="2026-03-02T11:00:00Z")
        bill = await place.bill()

    assert (bill["start_date_time"], bill.get("remark")) == (read, None)


@pytest.mark.parametrize(("told", "kwh"), [("1000", 11), (1000.0, 11), (-5, 12.005)])
async def test_a_meter_in_any_spelling_is_read(place: Place, told: Any, kwh: float) -> None:
    """(B-65) (L-13)."""
    async with place.line() as station:
        await end(station, await begin(station, meterStart=told))
        assert (await place.bill())["total_energy"] == kwh


async def test_a_place_and_a_card_that_cannot_be_are_answered_and_told_of(place: Place) -> None:
    """(L-13): the bill says the one; without a card there is none."""
    async with place.line() as station:
        nowhere = await begin(station, connectorId=-3)
        nobodys = await begin(station, idTag="", connectorId=2)
        for number in (nowhere, nobodys):
            await end(station, number)
        bill = await place.bill()
        settled = {each["number"]: each for each in await place.settled()}

    assert (bill["total_energy"], bill["remark"]) == (11, "connector unreadable")
    assert (settled[nowhere]["outcome"], settled[nowhere]["billed_wh"]) == ("BILLED", 11_000)
    assert (settled[nobodys]["outcome"], settled[nobodys]["not_billed_wh"]) == ("NOT_BILLED", 11_000)


async def test_numbers_that_no_meter_has_are_answered_and_left_out(place: Place) -> None:
    """(L-14): in texts, as 1.6 has them, and bare, as JSON has them not."""
    async with place.line() as station:
        number = await begin(station)
        for value in ("NaN", "Infinity", "1e400", "-0", "1e-9", "4000"):
            await meter(station, 30, value, transactionId=number)
        await eventually(lambda: bool(place.sessions()) and place.sessions()[-1]["kwh"] == 3)
        for bare in ("NaN", "Infinity", "-Infinity"):
            await station.say(f'[2,"x","StopTransaction",{{"transactionId":{number},"meterStop":{bare}}}]')
            assert (await station.hear())[0] == 3
        await end(station, number)
        listed = await place.settled()
    assert len(listed) == 1


async def test_what_a_schema_forbids_is_answered_and_counted(place: Place) -> None:
    """(L-15): extra members, unknown units and reasons, an id that is null, no values at all."""
    odd = {"value": "4000", "unit": "KWh!", "measurand": "Frequency", "context": "Nonsense"}
    async with place.line() as station:
        number = await begin(station, vendorSays={"anything": [1]}, idTag=UID.lower())
        await meter(station, 40, odd, {"value": "50.02", "unit": "Hz"}, transactionId=number)
        await meter(station, 35, transactionId=None)
        await meter(station, 30, "7000", transactionId=number)
        await eventually(lambda: bool(place.sessions()) and place.sessions()[-1]["kwh"] == 6)
        await end(station, number, reason="TimeLimitReached", more=True)
        assert (await place.bill())["total_energy"] == 11


async def test_a_start_ends_what_ran_there_unless_it_is_a_replay(place: Place) -> None:
    """(B-66): the one that lost its end is held, the one that runs goes on."""
    async with place.line() as station:
        lost = await begin(station, timestamp=ago(120))
        await meter(station, 90, 5000, transactionId=lost)
        stamp = ago(60)
        running = await begin(station, timestamp=stamp, meterStart=9000)
        replayed = await begin(station, timestamp=ago(180), meterStart=0)
        await end(station, running)
        await eventually(place.bills)
        outcomes = {each["number"]: each for each in await place.settled()}

    told = [(bill["total_energy"], parse(bill["start_date_time"])) for bill in place.bills()]
    assert told == [(3, parse(stamp))]
    assert outcomes[running]["outcome"] == "BILLED"
    assert [outcomes[each]["reason"] for each in (lost, replayed)] == ["the station never told its end"] * 2
    assert outcomes[lost]["held_wh"] == 4000


async def test_what_a_replayed_start_brings_along_is_its_own(place: Place) -> None:
    """(B-66): readings and end of the older one, told while the newer one runs."""
    async with place.line() as station:
        running = await begin(station, timestamp=ago(30), meterStart=9000)
        replayed = await begin(station, timestamp=ago(180))
        await meter(station, 150, 2500, transactionId=replayed)
        await end(station, replayed, timestamp=ago(120), meterStop=4000)
        await eventually(place.bills)
        listed = {each["number"]: each for each in await place.transactions()}

    assert [bill["total_energy"] for bill in place.bills()] == [3]
    assert listed[running]["outcome"] is None


@pytest.mark.parametrize("number", [0, -1, 2**31 - 1, "", None, "²"])
async def test_an_end_of_an_unknown_number_ends_the_only_charge_that_fits(place: Place, number: Any) -> None:
    """(B-67)."""
    async with place.line() as station:
        await begin(station)
        await end(station, number)
        assert (await place.bill())["total_energy"] == 11


@pytest.mark.parametrize("changes", [{"meterStop": 900}, {"timestamp": ago(90)}])
async def test_an_end_of_an_unknown_number_that_does_not_fit_ends_nothing(
    place: Place, changes: dict[str, Any]
) -> None:
    """(B-67): its meter stood lower, or it is of before."""
    async with place.line() as station:
        number = await begin(station)
        await end(station, 0, **changes)
        assert await place.strays() == ["the end of no transaction"]
        assert (await place.transactions())[0]["outcome"] is None
        await end(station, number)
        assert (await place.bill())["total_energy"] == 11


async def test_an_end_with_the_number_of_another_station_ends_nothing_there(yard: Yard, place: Place) -> None:
    """(B-67): it is answered and kept aside."""
    other = yard.place()
    async with other.line() as theirs, place.line() as station:
        number = await begin(theirs)
        await end(station, number)
        assert await place.strays() == ["the end of no transaction"]
        assert (await other.transactions())[0]["outcome"] is None
        await end(theirs, number)
        assert (await other.bill())["total_energy"] == 11
    assert place.bills() == []


async def test_the_first_end_counts_and_another_one_is_kept_aside(place: Place) -> None:
    """(B-68)."""
    async with place.line() as station:
        number = await begin(station)
        await end(station, number)
        await place.bill()
        await end(station, number, meterStop=99_000)
        await end(station, number, meterStop=12_000, timestamp=ago(5))
        (settled,) = await place.settled()

    assert [bill["total_energy"] for bill in place.bills()] == [11]
    assert await place.strays() == ["an end, another one was told before"] * 2
    assert settled["billed_wh"] == 11_000


async def test_an_end_that_comes_before_its_start_is_joined_to_it(place: Place) -> None:
    """(B-69)."""
    async with place.line() as station:
        stamp = ago(10)
        await end(station, -1, idTag=UID, timestamp=stamp)
        assert await place.strays() == ["the end of no transaction"]
        await begin(station)
        bill = await place.bill()

    assert (bill["total_energy"], parse(bill["end_date_time"])) == (11, parse(stamp))


@pytest.mark.parametrize(
    "changes", [{"timestamp": ago(90)}, {"meterStop": 900}, {"meterStop": 10**8}, {"idTag": "ANOTHER"}]
)
async def test_an_early_end_that_does_not_fit_is_of_another_charge(
    place: Place, changes: dict[str, Any]
) -> None:
    """(B-69)."""
    async with place.line() as station:
        await end(station, 0, **changes)
        await begin(station)
        await eventually(place.sessions)
        assert (await place.transactions())[0]["outcome"] is None
    assert place.sessions()[-1]["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("start", "between", "stop", "kwh", "says"),
    [
        (4000, (5500, 200), 3000, 4.5, "began again at zero"),  # 1500 before, 3000 after
        (4000, (), 3000, 3, "began again at zero"),
        (0, (5000, 300), 3000, 8, "began again at zero"),  # a meter that is new at each restart
        (1000, (4000, 9000), 12, 11, "another unit"),  # the end in kWh
        (1_000_000, (), 12_000_000, 11, "another unit"),  # Wh told as kWh at both ends
    ],
)
async def test_a_meter_that_began_again_or_speaks_another_unit_is_understood(
    place: Place, start: int, between: tuple[int, ...], stop: int, kwh: float, says: str
) -> None:
    """(B-70)."""
    async with place.line() as station:
        number = await begin(station, meterStart=start)
        for place_in_time, value in enumerate(between):
            await meter(station, 40 - 10 * place_in_time, value, transactionId=number)
        await end(station, number, meterStop=stop)
        bill = await place.bill()
        (settled,) = await place.settled()

    assert bill["total_energy"] == kwh
    assert says in bill["remark"]
    assert settled["billed_wh"] == kwh * 1000


async def test_a_meter_that_makes_no_sense_is_held_with_its_energy(place: Place) -> None:
    """(B-70)."""
    async with place.line() as station:
        number = await begin(station)
        await end(station, number, meterStop=999_999)
        (settled,) = await place.settled()

    assert settled["outcome"] == "HELD"
    assert "more than the connector can give" in settled["reason"]
    assert settled["held_wh"] == 998_999
    assert place.bills() == []


@pytest.mark.parametrize("stop", [1000, 999])
async def test_nothing_delivered_is_billed_only_where_something_is_due(
    yard: Yard, place: Place, stop: int
) -> None:
    """(B-70) (B-71): the second EVSE costs 2 € a session, however little is delivered."""
    other = yard.place()
    async with place.line() as station, other.line() as dear:
        await end(station, await begin(station), meterStop=stop)
        await end(dear, await begin(dear, connectorId=2), meterStop=stop)
        (settled,) = await place.settled()
        bill = await other.bill()

    assert (settled["outcome"], settled["reason"]) == (
        "NOT_BILLED",
        "nothing was delivered and nothing is due",
    )
    assert place.sessions()[-1]["status"] == "COMPLETED"
    assert place.bills() == []
    assert (bill["total_energy"], bill["total_cost"]["before_taxes"]) == (0, 2)


@pytest.mark.parametrize(("reason", "remark"), [(None, None), ("TimeLimitReached", "reason unknown")])
async def test_a_reason_may_be_missing_or_unheard_of(
    place: Place, reason: str | None, remark: str | None
) -> None:
    """(B-72)."""
    async with place.line() as station:
        await end(station, await begin(station), **({"reason": reason} if reason else {}))
        bill = await place.bill()
    kept = await place.yard.mongo.collection("transactions").find_one({"station": place.identity})

    assert bill.get("remark") == remark
    assert kept is not None
    assert kept["end"]["reason"] == ("Other" if reason else "Local")


@pytest.mark.parametrize("tag", [None, "GROUP-MATE", "FOREIGN"])
async def test_whoever_ends_a_charge_does_not_become_its_owner(place: Place, tag: str | None) -> None:
    """(B-73): without a card, with one of the same group, with any other; which one is kept."""
    shown = {} if tag is None else {"idTag": tag}
    async with place.line() as station:
        heard = await end(station, await begin(station), **shown)
        bill = await place.bill()
    kept = await place.yard.mongo.collection("transactions").find_one({"station": place.identity})

    assert heard == ({} if tag is None else {"idTagInfo": {"status": "Accepted"}})
    assert bill["cdr_token"]["uid"] == UID
    assert kept is not None
    assert (tag or "transactionId") in kept["end_frame"]


async def test_readings_that_the_end_repeats_count_once(place: Place) -> None:
    """(B-74)."""
    block = [{"timestamp": ago(30), "sampledValue": [{"value": "7000"}]}]
    async with place.line() as station:
        number = await begin(station)
        told = {"connectorId": 1, "transactionId": number, "meterValue": block}
        await station.call("MeterValues", told)
        await end(station, number, transactionData=block * 2)
        bill = await place.bill()

    volumes = [
        each["volume"]
        for period in bill["charging_periods"]
        for each in period["dimensions"]
        if each["type"] == "ENERGY"
    ]
    assert (sum(volumes), bill["total_energy"]) == (11, 11)


async def test_readings_under_an_old_number_are_of_the_charge_that_runs_and_reopen_nothing(
    place: Place,
) -> None:
    """(B-75)."""
    async with place.line() as station:
        old = await begin(station, timestamp=ago(120))
        await end(station, old, timestamp=ago(60))
        await place.bill()
        heard = len(place.sessions())
        await meter(station, 45, 30_000, transactionId=old)  # nothing runs: it is nobody's
        new = await begin(station, timestamp=ago(30), meterStart=12_000)
        await meter(station, 15, 15_000, transactionId=old)
        await eventually(lambda: len(place.sessions()) > heard and place.sessions()[-1]["kwh"] == 3)
        await meter(station, 5, 16_000)  # without any number
        await eventually(lambda: place.sessions()[-1]["kwh"] == 4)
        await end(station, new, meterStop=17_000)
        await eventually(lambda: len(place.bills()) == 2)

    assert [bill["total_energy"] for bill in place.bills()] == [11, 5]
    assert len({each["id"] for each in place.sessions()}) == 2
    assert await place.strays() == ["meter values of no transaction"]


async def test_readings_that_come_after_the_end_do_not_move_the_bill(place: Place) -> None:
    """(B-76)."""
    async with place.line() as station:
        number = await begin(station)
        await end(station, number)
        await place.bill()
        for minutes_ago, value in ((30, 8000), (20, 15_000)):
            await meter(station, minutes_ago, value, transactionId=number)
        (settled,) = await place.settled()

    assert [bill["total_energy"] for bill in place.bills()] == [11]
    assert settled["billed_wh"] == 11_000


async def test_of_all_that_is_sampled_the_register_of_the_outlet_counts(place: Place) -> None:
    """(B-77): several times in a message, units mixed, defaults absent, other places and contexts."""
    async with place.line() as station:
        number = await begin(station)
        block = [
            {"timestamp": ago(40), "sampledValue": [{"value": "2000"}]},
            {
                "timestamp": ago(30),
                "sampledValue": [
                    {"value": "3.5", "unit": "kWh", "context": "Trigger"},
                    {"value": "99000", "location": "EV"},
                    {"value": "98000", "location": "Inlet"},
                    {"value": "97000", "location": "Body"},
                    {"value": "7.4", "unit": "kW", "measurand": "Power.Active.Import"},
                ],
            },
        ]
        told = {"connectorId": 1, "transactionId": number, "meterValue": block}
        await station.call("MeterValues", told)
        await eventually(lambda: bool(place.sessions()) and place.sessions()[-1]["kwh"] == 2.5)
        await meter(station, 20, {"value": "4000", "context": "Other"}, transactionId=number)
        await eventually(lambda: place.sessions()[-1]["kwh"] == 3)
        await end(station, number)
        assert (await place.bill())["total_energy"] == 11


async def test_energy_in_intervals_is_added_up_while_the_car_charges(place: Place) -> None:
    """(B-77)."""
    interval = {"measurand": "Energy.Active.Import.Interval"}
    async with place.line() as station:
        number = await begin(station)
        for minutes_ago in (45, 30):
            sampled = [interval | {"value": "2000"}, interval | {"value": "9000", "context": "Sample.Clock"}]
            await meter(station, minutes_ago, *sampled, transactionId=number)
        await eventually(lambda: bool(place.sessions()) and place.sessions()[-1]["kwh"] == 4)
        await end(station, number)
        assert (await place.bill())["total_energy"] == 11


async def test_starts_of_many_stations_at_once_have_numbers_of_their_own(yard: Yard) -> None:
    """(B-79)."""

    async def started(place: Place) -> int:
        async with place.line() as station:
            number = await begin(station, timestamp=ago(1))
            await end(station, number, meterStop=1000)
            return number

    numbers = await asyncio.gather(*(started(yard.place()) for _ in range(6)))
    assert len(set(numbers)) == 6
    assert all(1 <= number < 2**31 for number in numbers)


async def test_one_card_may_charge_at_two_stations(yard: Yard, place: Place) -> None:
    """(B-80): only its issuer could say that it may not."""
    told = {"connectorId": 1, "idTag": UID, "meterStart": 1000, "timestamp": ago(60)}
    other = yard.place()
    async with place.line() as one, other.line() as two:
        begun = [(await station.call("StartTransaction", told))[2] for station in (one, two)]
        for station, each in zip((one, two), begun, strict=True):
            await end(station, each["transactionId"])
        bills = [await place.bill(), await other.bill()]

    assert [each["idTagInfo"]["status"] for each in begun] == ["Accepted"] * 2
    assert [bill["total_energy"] for bill in bills] == [11, 11]


async def test_a_start_whose_answer_was_lost_gets_the_same_answer(place: Place) -> None:
    """(B-81): the line is cut as soon as it is told."""
    stamp = ago(60)
    told = f'{{"connectorId":1,"idTag":"{UID}","meterStart":1000,"timestamp":"{stamp}"}}'
    async with place.line() as station:
        await station.say(f'[2,"first","StartTransaction",{told}]')
        await eventually(place.sessions)
    (before,) = await place.transactions()
    async with place.line() as station:
        number = await begin(station, timestamp=stamp)
        await end(station, number)
        await place.bill()

    assert number == before["number"]
    assert len(await place.transactions()) == 1


async def status(station: RawStation, name: str, *, connector: int = 1, **more: Any) -> None:
    told = {"connectorId": connector, "errorCode": "NoError", "status": name, "timestamp": ago(0), **more}
    assert (await station.call("StatusNotification", told))[2] == {}


async def test_what_bars_the_station_bars_its_evses_and_what_does_not_heals_none(place: Place) -> None:
    """(B-51)."""
    async with place.line() as station:
        await status(station, "Faulted")
        await status(station, "Available", connector=2)
        await eventually(lambda: (place.status(1), place.status(2)) == ("OUTOFORDER", "AVAILABLE"))
        await status(station, "Available", connector=0)
        await status(station, "Unavailable", connector=0)
        await eventually(lambda: (place.status(1), place.status(2)) == ("INOPERATIVE", "INOPERATIVE"))
        await status(station, "Available", connector=0)
        await eventually(lambda: (place.status(1), place.status(2)) == ("OUTOFORDER", "AVAILABLE"))


async def test_queued_statuses_and_unknown_connectors_reach_nobody(place: Place) -> None:
    """(B-52) (B-53)."""
    async with place.line() as station:
        await status(station, "Charging")
        await eventually(lambda: place.status() == "CHARGING")
        await status(station, "Available", timestamp=ago(30))
        await status(station, "Faulted", connector=3)
        await status(station, "Reserved", connector=2)
        await eventually(lambda: place.status(2) == "RESERVED")

    assert (place.status(1), place.status(3)) == ("CHARGING", None)


@pytest.mark.parametrize(
    ("said", "error", "seen"),
    [("Faulted", "NoError", "OUTOFORDER"), ("Available", "ReaderFailure", "AVAILABLE")],
)
async def test_the_status_counts_and_not_the_error(place: Place, said: str, error: str, seen: str) -> None:
    """(B-55)."""
    async with place.line() as station:
        await status(station, said, errorCode=error, vendorErrorCode="E" * 50, info="x" * 50)
        await eventually(lambda: place.status() == seen)


async def test_swinging_between_kinds_of_charging_is_told_once(place: Place) -> None:
    """(B-56)."""
    async with place.line() as station:
        for name in ("Charging", "SuspendedEVSE", "Charging", "SuspendedEV", "Charging"):
            await status(station, name)
        await eventually(lambda: place.status() == "CHARGING")
        before = len(place.statuses())
        for name in ("SuspendedEV", "Charging", "SuspendedEV"):
            await status(station, name)
        await status(station, "Reserved", connector=2)
        await eventually(lambda: place.status(2) == "RESERVED")

    assert place.statuses()[before:] == ["CHARGING"]


async def test_energy_is_counted_where_it_went(yard: Yard) -> None:
    """What is billed, held and not billed is what the stations of this file counted in all."""
    told = await asyncio.to_thread(yard.cpo.admin.get, "/transactions/energies")
    listed = await asyncio.to_thread(yard.cpo.admin.get, "/transactions")

    settled = [each for each in listed if each["outcome"]]
    for name in ("billed_wh", "held_wh", "not_billed_wh"):
        assert told[name] == sum(each[name] for each in settled)
    bills = [post.json() for post in yard.emsp.heard("cdrs", "POST")]
    assert told["billed_wh"] == round(sum(bill["total_energy"] for bill in bills) * 1000)
