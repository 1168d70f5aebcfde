"""From what stations tell to sessions and bills, kept in a real database.

B-60, B-61, B-63, B-66, B-67, B-68, B-69, B-70, B-71, B-73, B-75, B-76, B-78, B-79, B-81; needs.md attack 68.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cpo_adapter.ocpp.events import ConnectorStatus, MeterRead, Outlet, Sample, StatusChanged
from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus
from cpo_adapter.sessions.numbers import LARGEST_NUMBER, Numbers, NumbersExhausted
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from schemas import codec
from schemas.conformance import check
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.sessions import Session
from tests.cpo_adapter.sessions import told
from tests.cpo_adapter.sessions.office import Judge, Office, Partners
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually


@pytest.fixture
async def office(mongo: Mongo, clock: ManualClock) -> Office:
    office = Office(mongo, clock, Partners(), Judge())
    await office.open()
    return office


def read(reference: object, *samples: Sample, outlet: Outlet = Outlet(1), station: str = "CP-1") -> MeterRead:  # noqa: B008
    payload = {"transactionId": str(reference), "values": [str(sample.value) for sample in samples]}
    heard_at = samples[-1].at if samples else told.BEGAN
    where = told.origin("MeterValues", payload, heard_at=heard_at, station=station)
    return MeterRead(where, outlet, str(reference), samples)


async def charge(office: Office, **stop: Any) -> int:
    """One good charge of 11 kWh, unless `stop` says otherwise; its number."""
    begun = await office.sessions.began(told.start_told())
    await office.sessions.ended(told.stop_told(str(begun.number), **stop))
    return begun.number


async def test_a_charge_is_a_session_and_then_one_bill(office: Office, clock: ManualClock) -> None:
    begun = await office.sessions.began(told.start_told())
    await office.publisher.turn()
    await office.sessions.metered(read(begun.number, told.sample(30, 6000)))
    await office.publisher.turn()
    (running,) = office.partners.sessions.values()
    assert (running["status"], running["kwh"]) == ("ACTIVE", Decimal(5))
    await office.sessions.ended(told.stop_told(str(begun.number)))
    await clock.advance(seconds=1)

    assert await office.outcome(begun.number) == ("BILLED", None)
    assert office.partners.heard == ["session ACTIVE", "session ACTIVE", "session COMPLETED", "bill"]
    (body,) = office.partners.bills.values()
    bill = CDR.model_validate(codec.decode(body))
    assert check(bill) == []
    assert (bill.total_energy, bill.total_cost.before_taxes) == (Decimal(11), Decimal("5.5"))
    assert (bill.start_date_time, bill.end_date_time) == (told.BEGAN, told.BEGAN + told.HOUR)
    assert bill.cdr_location.evse_uid == "CP-1-1"
    assert bill.tariffs[0].id == "DAY"
    session = Session.model_validate(next(iter(office.partners.sessions.values())))
    assert check(session) == []
    assert (bill.session_id, session.kwh) == (session.id, Decimal(11))


async def test_a_start_that_is_told_again_gets_the_same_answer(office: Office) -> None:
    """B-60, B-61, B-81: at once, together, and after its end."""
    event = told.start_told()
    first = await office.sessions.began(event)
    again = await asyncio.gather(*(office.sessions.began(event) for _ in range(5)))
    await office.sessions.ended(told.stop_told(str(first.number)))
    late = await office.sessions.began(event)

    assert {first.number, late.number, *(each.number for each in again)} == {first.number}
    assert late.card.status is CardStatus.ACCEPTED
    assert len(await office.kept()) == 1
    assert await office.outcome(first.number) == ("BILLED", None)


async def test_a_start_that_is_told_twice_at_once_is_one(office: Office) -> None:
    """B-60, when the line was lost with the first one on its way."""
    begun = await asyncio.gather(*(office.sessions.began(told.start_told()) for _ in range(10)))

    assert len({each.number for each in begun}) == len(await office.kept()) == 1


async def test_starts_told_at_the_same_time_have_numbers_of_their_own(office: Office) -> None:
    """B-79."""
    events = [told.start_told(uid=f"CARD-{number}", outlet=Outlet(1 + number % 2)) for number in range(20)]
    begun = await asyncio.gather(*(office.sessions.began(event) for event in events))

    assert len({each.number for each in begun}) == 20
    assert all(1 <= each.number <= LARGEST_NUMBER for each in begun)


async def test_a_restored_backup_gives_no_number_again(
    office: Office, mongo: Mongo, clock: ManualClock
) -> None:
    """B-79: what the counter forgot lies below the clock."""
    given = [await office.numbers.take() for _ in range(100)]
    await mongo.collection("counters").delete_many({})
    await clock.advance(hours=24)

    assert await Numbers(mongo, clock).take() > max(given)


async def test_numbers_that_ocpp_cannot_hold_are_never_given(mongo: Mongo) -> None:
    with pytest.raises(NumbersExhausted):
        await Numbers(mongo, ManualClock(datetime(2089, 1, 1, tzinfo=UTC))).take()


async def test_a_card_that_nobody_accepts_gets_a_number_and_no_bill(office: Office) -> None:
    """B-63."""
    office.judge.answers["CARD"] = CardAnswer(CardStatus.INVALID), None
    begun = await office.sessions.began(told.start_told())
    await office.sessions.ended(told.stop_told(str(begun.number)))

    assert begun.card.status is CardStatus.INVALID
    assert await office.outcome(begun.number) == ("NOT_BILLED", "no card was accepted for it")
    assert office.partners.heard == []


async def test_a_card_refused_now_that_charged_offline_is_billed_to_its_issuer(office: Office) -> None:
    """B-62."""
    office.judge.answers["CARD"] = CardAnswer(CardStatus.BLOCKED), told.authorized()
    begun = await office.sessions.began(told.start_told())
    again = await office.sessions.began(told.start_told())
    await office.sessions.ended(told.stop_told(str(begun.number)))

    assert begun.card.status is again.card.status is CardStatus.BLOCKED
    assert await office.outcome(begun.number) == ("BILLED", None)


async def test_the_first_end_counts_and_another_one_is_kept_aside(office: Office) -> None:
    """B-68; attack 68: ten stops with other meters."""
    number = await charge(office)
    await office.publisher.turn()
    for meter_wh in range(20_000, 20_010):
        await office.sessions.ended(told.stop_told(str(number), meter_wh=meter_wh))

    assert await office.outcome(number) == ("BILLED", None)
    (body,) = office.partners.bills.values()
    assert codec.decode(body)["total_energy"] == 11  # type: ignore[index,call-overload]
    assert await office.strays() == ["an end, another one was told before"] * 10


async def test_an_end_that_is_told_again_changes_nothing(office: Office) -> None:
    number = await charge(office)
    await office.publisher.turn()
    await office.sessions.ended(told.stop_told(str(number)))

    assert await office.strays() == []
    assert len(office.partners.bills) == 1


async def test_no_station_ends_or_meters_the_transaction_of_another(office: Office) -> None:
    """Attack 68: numbers are easy to guess."""
    begun = await office.sessions.began(told.start_told())
    await office.sessions.ended(told.stop_told(str(begun.number), station="CP-2"))
    await office.sessions.metered(read(begun.number, told.sample(30, 99_000), station="CP-2"))

    transaction = await office.store.load(begun.number)
    assert transaction.end is None
    assert transaction.energy_wh == 0
    assert await office.strays() == [
        "the end of no transaction",
        "meter values of no transaction",
    ]


@pytest.mark.parametrize("reference", ["0", "-1", "", "999", "²", "9" * 30])
async def test_an_end_of_an_unknown_number_ends_the_only_one_that_runs(
    office: Office, reference: str
) -> None:
    """B-67."""
    begun = await office.sessions.began(told.start_told())
    await office.sessions.ended(told.stop_told(reference))

    assert await office.outcome(begun.number) == ("BILLED", None)


@pytest.mark.parametrize("stop", [{"meter_wh": 500}, {"at": told.after(-5)}])
async def test_an_end_of_an_unknown_number_that_does_not_fit_is_kept_aside(
    office: Office, stop: dict[str, Any]
) -> None:
    """B-67."""
    begun = await office.sessions.began(told.start_told())
    await office.sessions.ended(told.stop_told("0", **stop))

    assert (await office.store.load(begun.number)).end is None
    assert await office.strays() == ["the end of no transaction"]


async def test_an_end_of_an_unknown_number_where_two_run_is_kept_aside(office: Office) -> None:
    """B-67."""
    for outlet in (1, 2):
        await office.sessions.began(told.start_told(outlet=Outlet(outlet)))
    await office.sessions.ended(told.stop_told("0"))

    assert all("end" not in each for each in await office.kept())
    assert await office.strays() == ["the end of no transaction"]


async def test_a_start_ends_what_ran_at_the_connector_and_holds_its_bill(office: Office) -> None:
    """B-66, B-78."""
    lost = await office.sessions.began(told.start_told())
    await office.sessions.metered(read(lost.number, told.sample(30, 6000)))
    other = await office.sessions.began(told.start_told(at=told.after(120), meter_wh=9000))
    elsewhere = await office.sessions.began(told.start_told(at=told.after(130), outlet=Outlet(2)))

    assert await office.outcome(lost.number) == ("HELD", "the station never told its end")
    assert (await office.store.load(lost.number)).energy_wh == 5000
    assert [begin.number for begin in await office.store.running("CP-1")] == [elsewhere.number, other.number]
    assert office.partners.bills == {}


async def test_an_end_that_comes_after_all_is_billed(
    mongo: Mongo, clock: ManualClock, office: Office
) -> None:
    """B-78; also by another process than the one that heard it."""
    lost = await office.sessions.began(told.start_told())
    await office.sessions.began(told.start_told(at=told.after(120), meter_wh=12_000))
    assert (await office.outcome(lost.number))[0] == "HELD"
    await office.sessions.ended(told.stop_told(str(lost.number)))

    later = Office(mongo, clock, office.partners, Judge())
    await later.publisher.catch_up()
    assert await later.outcome(lost.number) == ("BILLED", None)


async def test_an_old_start_replayed_late_ends_nothing_newer(office: Office) -> None:
    """B-66."""
    running = await office.sessions.began(told.start_told(at=told.after(120)))
    await office.sessions.began(told.start_told())

    assert (await office.store.load(running.number)).end is None


async def test_what_cannot_be_is_held_with_the_reason(office: Office) -> None:
    """B-70."""
    number = await charge(office, meter_wh=10**9)

    outcome, reason = await office.outcome(number)
    assert outcome == "HELD"
    assert reason is not None
    assert "more than the connector can give" in reason
    assert office.partners.bills == {}


async def test_nothing_delivered_and_nothing_due_is_not_billed(office: Office) -> None:
    """B-71."""
    number = await charge(office, meter_wh=1000)

    assert await office.outcome(number) == ("NOT_BILLED", "nothing was delivered and nothing is due")
    assert office.partners.heard[-1] == "session COMPLETED"


async def test_readings_that_come_after_the_bill_do_not_change_it(office: Office) -> None:
    """B-76."""
    number = await charge(office)
    await office.publisher.turn()
    (before,) = office.partners.bills.values()
    await office.sessions.metered(read(number, told.sample(30, 8000)))
    await office.publisher.turn()

    assert list(office.partners.bills.values()) == [before]
    assert office.partners.heard[-2:] == ["session COMPLETED", "bill"]
    assert (await office.store.load(number)).energy_wh == 11_000


async def test_readings_under_an_old_number_are_of_the_transaction_that_runs(office: Office) -> None:
    """B-75."""
    old = await charge(office)
    new = await office.sessions.began(told.start_told(at=told.after(70), meter_wh=12_000))
    await office.sessions.metered(read(old, told.sample(90, 15_000)))

    assert (await office.store.load(new.number)).energy_wh == 3000
    assert (await office.store.load(old)).energy_wh == 11_000


async def test_readings_without_a_number_are_of_the_transaction_at_their_connector(office: Office) -> None:
    """B-75, B-77."""
    here = await office.sessions.began(told.start_told())
    there = await office.sessions.began(told.start_told(outlet=Outlet(2)))
    await office.sessions.metered(read("", told.sample(30, 6000), outlet=Outlet(2)))

    assert (await office.store.load(here.number)).energy_wh == 0
    assert (await office.store.load(there.number)).energy_wh == 5000


async def test_readings_of_an_idle_connector_are_nobodys(office: Office) -> None:
    await office.sessions.metered(read("", told.sample(30, 6000)))

    assert await office.strays() == []


async def test_a_transaction_keeps_what_its_connector_does(office: Office) -> None:
    begun = await office.sessions.began(told.start_told())
    for outlet, status in ((Outlet(1), "SuspendedEV"), (Outlet(2), "Faulted")):
        where = told.origin("StatusNotification", {"status": status}, heard_at=told.after(30))
        change = StatusChanged(where, outlet, ConnectorStatus(status), "NoError", told.after(30))
        await office.sessions.status_changed(change)
        await office.sessions.status_changed(change)

    transaction = await office.store.load(begun.number)
    assert list(transaction.since) == [told.changed(30, "SuspendedEV")]


async def test_the_frame_of_everything_is_kept(office: Office, mongo: Mongo) -> None:
    begun = await office.sessions.began(told.start_told())
    await office.sessions.metered(read(begun.number, told.sample(30, 6000)))
    await office.sessions.ended(told.stop_told(str(begun.number)))

    (kept,) = await office.kept()
    (fact,) = await mongo.collection("transaction_facts").find({}).to_list(None)
    assert '"StartTransaction"' in kept["frame"]
    assert '"StopTransaction"' in kept["end_frame"]
    assert '"MeterValues"' in fact["frame"]


async def test_a_change_of_tariff_is_for_later_sessions(mongo: Mongo, clock: ManualClock) -> None:
    office = Office(mongo, clock, Partners(), Judge())
    await office.open()
    begun = await office.sessions.began(told.start_told())
    later = Office(mongo, clock, office.partners, Judge(), tariffs=[])
    await later.open()
    await later.sessions.ended(told.stop_told(str(begun.number)))

    assert await later.outcome(begun.number) == ("BILLED", None)


async def test_a_connector_without_a_tariff_holds_the_bill(mongo: Mongo, clock: ManualClock) -> None:
    office = Office(mongo, clock, Partners(), Judge(), tariffs=[])
    await office.open()

    number = await charge(office)
    assert await office.outcome(number) == (
        "HELD",
        "no tariff of this connector was valid when the session began",
    )


async def test_the_publisher_begins_with_what_was_left(
    mongo: Mongo, clock: ManualClock, office: Office
) -> None:
    """B-82: ended before the process died, billed after it came back."""
    await charge(office)
    later = Office(mongo, clock, office.partners, Judge())
    async with Supervisor(name="test", clock=clock) as supervisor:
        supervisor.start("publisher", later.publisher.run)
        await eventually(lambda: office.partners.bills)


async def test_the_age_of_a_session_is_that_of_what_was_heard_last(office: Office) -> None:
    begun = await office.sessions.began(told.start_told())
    await office.sessions.metered(read(begun.number, told.sample(30, 6000)))
    await office.publisher.turn()

    (session,) = office.partners.sessions.values()
    assert Session.model_validate(session).last_updated == told.BEGAN + timedelta(minutes=30)
