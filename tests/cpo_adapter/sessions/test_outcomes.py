"""One recorded outcome for each transaction, whoever is at it at the same time, and what an operator sees."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cpo_adapter.sessions.ledger import Became, Settled
from cpo_adapter.sessions.settlement import CALM
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.sessions import told
from tests.cpo_adapter.sessions.charging import Charging, until_settled
from tests.cpo_adapter.sessions.office import Judge, Office, Partners
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago, charge, start, stop
from tests.cpo_adapter.sessions.test_session_rooms import read
from tests.fakes.clock import ManualClock
from tests.passerelle.commands import commands_to

LATER = 200 * 60


@pytest.fixture
async def office(mongo: Mongo, clock: ManualClock) -> Office:
    office = Office(mongo, clock, Partners(), Judge())
    await office.open()
    return office


async def billed_without_its_end(office: Office, clock: ManualClock) -> int:
    """5 kWh, three days after the last was heard of it."""
    begun = await office.sessions.began(told.start_told())
    await office.sessions.metered(read(begun.number, told.sample(30, 6000)))
    await clock.advance(hours=57)
    await office.look_around()
    await clock.advance(hours=25)
    await office.look_around()
    await office.publisher.turn()
    assert [bill["total_energy"] for bill in office.partners.live()] == [5]
    return begun.number


async def test_a_correction_waits_until_nothing_more_comes(office: Office, clock: ManualClock) -> None:
    number = await billed_without_its_end(office, clock)
    for wh in (7000, 8000, 9000):
        late = read(number, told.sample(35 + wh / 1000, wh))
        late = replace(late, origin=replace(late.origin, received_at=clock.now()))
        await office.sessions.metered(late)
        await office.look_around()
    assert len(office.partners.bills) == 1
    await clock.advance(seconds=CALM.total_seconds())
    await office.look_around()
    await office.look_around()

    assert office.partners.heard[-4:] == ["session COMPLETED", "bill", "credit", "bill"]
    assert [bill["total_energy"] for bill in office.partners.live()] == [8]


async def test_who_settles_what_has_changed_meanwhile_settles_nothing(office: Office) -> None:
    """Two processes, or two turns: the slower one has not seen the end that came."""
    begun = await office.sessions.began(told.start_told())
    await office.sessions.began(told.start_told(at=told.after(120), meter_wh=12_000))
    seen = await office.ledger.standing(begun.number)
    await office.sessions.ended(told.stop_told(str(begun.number)))

    assert not await office.ledger.settle(begun.number, seen, Settled(Became.HELD, "by the slower one"))
    assert await office.outcome(begun.number) == ("BILLED", None)


async def test_two_that_replace_one_bill_replace_it_once(office: Office, clock: ManualClock) -> None:
    begun = await office.sessions.began(told.start_told())
    await office.sessions.ended(told.stop_told(str(begun.number)))
    await office.publisher.turn()
    live = (await office.ledger.standing(begun.number)).bill
    assert live is not None
    replaced = [
        await office.ledger.replace_bill(begun.number, live, other, clock.now()) for other in (b"one", b"two")
    ]

    assert replaced == [True, False]
    standing = await office.ledger.standing(begun.number)
    assert (standing.bill, [each.body for each in standing.credited]) == (b"one", [live])


async def test_a_crash_after_a_bill_was_kept_and_before_it_left_takes_it_back_in_order(
    mongo: Mongo, office: Office, clock: ManualClock
) -> None:
    """Nobody is told a credit of a bill that he never saw."""
    number = await billed_without_its_end(office, clock)
    partners = Partners()
    later = Office(mongo, clock, partners, Judge())
    await mongo.collection("transactions").update_one({"_id": number}, {"$set": {"is_announced": False}})
    await later.sessions.ended(told.stop_told(str(number)))
    await clock.advance(seconds=LATER)
    await later.look_around()
    await later.look_around()

    assert partners.heard == ["session COMPLETED", "bill", "credit", "bill"]


async def test_the_operator_lists_corrects_and_writes_off(charging: Charging, tmp_path: Path) -> None:
    passerelle = commands_to(charging.cpo, tmp_path, "CPO")
    async with charging.station() as station:
        await charge(station)
        held = (await station.call("StartTransaction", start(ago(30))))[2]["transactionId"]
        await station.call("StopTransaction", stop(held, ago(0), 999_999))
        await until_settled(charging)
        listed = await passerelle("sessions", "list", "--outcome", "held", "--json")
        shown = await passerelle("sessions", "list")
        energies = await passerelle("sessions", "energies", "--json")
        wrong = await passerelle("sessions", "list", "--outcome", "lost")
        nothing = await passerelle("sessions", "write-off", "4711", "--reason", "a fault of ours")
        backwards = await passerelle("sessions", "correct", str(held), "--start-wh", "9", "--stop-wh", "8")
        done = await passerelle("sessions", "write-off", str(held), "--reason", "a fault of ours")
        after = await passerelle("sessions", "energies", "--json")

    (line,) = json.loads(listed.stdout)
    assert (line["number"], line["outcome"], line["held_wh"]) == (held, "HELD", 998_999)
    assert "BILLED" in shown.stdout
    assert json.loads(energies.stdout) == {"billed_wh": 11_000, "held_wh": 998_999, "not_billed_wh": 0}
    assert all((each.returncode, each.stderr.count("\n")) == (1, 1) for each in (wrong, nothing, backwards))
    assert "BILLED, HELD, NOT_BILLED" in wrong.stderr
    assert "/stop_wh" in backwards.stderr
    assert done.stdout == f"{held} will not be billed\n"
    assert json.loads(after.stdout)["billed_wh"] == 11_000
