import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from ocpi.delivery import outbox as outboxes
from ocpi.delivery.marks import Due, Mark
from ocpi.delivery.outbox import INDEXES, Outbox, Portion
from ocpi.delivery.platforms import Address
from ocpi.delivery.receipts import Arrival
from ocpi.delivery.refusals import Refusals
from ocpi.process.mongo import Collection, Mongo, UpdateOne, Write, Written, write_each
from schemas.kinds import ObjectKind, PartyId
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP

OTHER = PartyId("DE", "XYZ")
THERE = Address(ObjectKind.LOCATION, EMSP)
ELSEWHERE = Address(ObjectKind.LOCATION, OTHER)
ARRIVED = Arrival(201, 1000, "https://x.example/c1", "correlation-1")


@pytest.fixture
async def outbox(mongo: Mongo, clock: ManualClock) -> Outbox:
    await mongo.declare(INDEXES)
    return Outbox(mongo, clock)


def due(
    name: str = "location/FR*CPO/l1|*", to: PartyId = EMSP, kind: ObjectKind = ObjectKind.LOCATION
) -> Due:
    return Due(name, kind, sender=CPO, to=to, role="EMSP")


async def only_mark(outbox: Outbox, to: PartyId = EMSP) -> Mark:
    (mark,) = await outbox.due_to([Address(kind, to) for kind in ObjectKind], 10)
    return mark


async def test_forty_marks_of_one_object_are_one(outbox: Outbox) -> None:
    await outbox.put([due()] * 40)
    assert (await only_mark(outbox)).due == due()


async def test_what_is_new_is_told_before_the_rest_is_written(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who hangs has a mark that stands; nobody else waits for it to be put again."""
    await outbox.put([due()])
    told: list[PartyId] = []
    may_go_on = asyncio.Event()

    async def held_up(collection: Collection, writes: Sequence[Write]) -> list[Written | Exception]:
        if isinstance(writes[0], UpdateOne):
            await may_go_on.wait()
        return await write_each(collection, writes)

    monkeypatch.setattr(outboxes, "write_each", held_up)
    async with asyncio.TaskGroup() as tasks:
        new = tasks.create_task(outbox.put([due(), due(to=OTHER)], lambda mark: told.append(mark.due.to)))
        await eventually(lambda: told == [OTHER])
        assert not new.done()
        may_go_on.set()
    assert [mark.due.to for mark in new.result()] == [OTHER]


async def test_thousands_of_marks_are_put_at_once(outbox: Outbox) -> None:
    await outbox.put([due(f"location/FR*CPO/{n}|*") for n in range(2500)])
    assert await outbox.waiting() == 2500


async def test_thousands_of_marks_hold_up_no_single_one(outbox: Outbox) -> None:
    async with asyncio.TaskGroup() as tasks:
        many = tasks.create_task(outbox.put([due(f"location/FR*CPO/{n}|*") for n in range(5000)]))
        await asyncio.sleep(0)
        await outbox.put([due(to=OTHER)])
        assert not many.done()


async def test_what_was_marked_again_on_its_way_stays_due(outbox: Outbox) -> None:
    await outbox.put([due()])
    seen = await only_mark(outbox)
    await outbox.put([due()])
    for write in (
        outbox.delivered(seen, ARRIVED),
        outbox.drop(seen),
        outbox.park(seen, "refused"),
        outbox.postpone(seen, seen.since + timedelta(hours=1), "away"),
    ):
        await write
        assert (await only_mark(outbox)).revision != seen.revision


async def test_it_is_known_where_something_is_due_and_where_anything_waits(
    outbox: Outbox, clock: ManualClock
) -> None:
    bill = Address(ObjectKind.CDR, EMSP)
    await outbox.put([due(), due("location/FR*CPO/l2|*"), due(to=OTHER), due("c", kind=ObjectKind.CDR)])
    assert sorted(await outbox.addresses_due()) == [bill, ELSEWHERE, THERE]
    await outbox.postpone(await only_mark(outbox, OTHER), clock.now() + timedelta(1), "away")
    assert sorted(await outbox.addresses_due()) == [bill, THERE]
    assert sorted(await outbox.addresses_waiting()) == [bill, ELSEWHERE, THERE]


async def test_the_longest_waiting_goes_first(outbox: Outbox, clock: ManualClock) -> None:
    for name in ("b", "a", "c"):
        await outbox.put([due(name)])
        await clock.advance(seconds=1)
    assert [mark.due.object_id for mark in await outbox.due_to([THERE], 2)] == ["b", "a"]


async def test_refusals_are_counted_apart(outbox: Outbox, clock: ManualClock) -> None:
    await outbox.put([due()])
    await outbox.postpone(await only_mark(outbox), clock.now(), "away")
    await outbox.postpone(await only_mark(outbox), clock.now(), "no", Refusals(1, 2001, clock.now()))
    mark = await only_mark(outbox)
    assert (mark.attempts, mark.refusals) == (2, 1)
    await outbox.put([due()])
    assert (await only_mark(outbox)).attempts == 0


async def test_since_is_the_begin_of_the_lack_and_begins_anew_after_parking(
    outbox: Outbox, clock: ManualClock
) -> None:
    """Else a bill that is sent again after a week would be given up at once."""
    began = clock.now()
    await outbox.put([due()])
    await clock.advance(hours=1)
    await outbox.put([due()])
    mark = await only_mark(outbox)
    assert mark.since == began
    await outbox.park(mark, "refused")
    assert (await outbox.waiting(), await outbox.parked()) == (0, 1)
    await outbox.put([due()])
    assert (await only_mark(outbox)).since == clock.now()
    assert await outbox.parked() == 0


async def test_a_party_that_is_back_gets_at_once_what_waited_and_not_what_it_refused(
    outbox: Outbox, clock: ManualClock
) -> None:
    await outbox.put([due("away"), due("refused")])
    later = clock.now() + timedelta(minutes=5)
    for mark in await outbox.due_to([THERE], 2):
        refused = Refusals(1, 2001, later) if mark.due.object_id == "refused" else None
        await outbox.postpone(mark, later, "x", refused)
    await outbox.hurry([THERE])
    assert (await only_mark(outbox)).due.object_id == "away"


async def test_what_is_urgent_goes_first_and_stays_first_while_its_party_is_away(
    outbox: Outbox, clock: ManualClock
) -> None:
    """But not while it is refused."""
    await outbox.put([due("usual")])
    await clock.advance(minutes=1)
    await outbox.put([replace(due("urgent"), is_urgent=True)])
    for refused in (False, True):
        first, _ = await outbox.due_to([THERE], 2)
        assert first.due.object_id == "urgent"
        counted = Refusals(1, 2001, clock.now()) if refused else None
        await outbox.postpone(first, clock.now() + timedelta(hours=1), "x", counted)
    assert (await only_mark(outbox)).due.object_id == "usual"


async def test_a_bill_that_has_arrived_is_not_marked_again(outbox: Outbox) -> None:
    bill = due("cdr/FR*CPO/c1|NL*MSP", kind=ObjectKind.CDR)
    await outbox.put_unless_delivered(bill)
    await outbox.delivered(await only_mark(outbox), ARRIVED)
    await outbox.put_unless_delivered(bill)
    assert await outbox.waiting() == 0
    await outbox.put_unless_delivered(due("cdr/FR*CPO/c1|DE*XYZ", to=OTHER, kind=ObjectKind.CDR))
    assert await outbox.waiting() == 1


async def test_a_bill_that_comes_again_while_it_is_on_its_way_is_not_sent_twice(
    outbox: Outbox, clock: ManualClock
) -> None:
    """What was parked is due again."""
    bill = due("cdr/FR*CPO/c1|NL*MSP", kind=ObjectKind.CDR)
    await outbox.put_unless_delivered(bill)
    in_flight = await only_mark(outbox)
    await outbox.put_unless_delivered(bill)
    assert await only_mark(outbox) == in_flight
    await outbox.park(in_flight, "refused")
    await outbox.put_unless_delivered(bill)
    assert (await only_mark(outbox)).since == clock.now()


async def test_a_mark_waits_for_another_until_that_is_gone_or_parked(
    outbox: Outbox, clock: ManualClock
) -> None:
    await outbox.put([due()])
    mark = await only_mark(outbox)
    assert await outbox.waits_until(mark.due.mark_id) == clock.now()
    await outbox.park(mark, "refused")
    assert await outbox.waits_until(mark.due.mark_id) is None
    assert await outbox.waits_until("nothing") is None


async def test_an_id_is_never_read_as_an_instruction_to_the_database(outbox: Outbox) -> None:
    """J-45."""
    await outbox.put([due("$since"), due("$$ROOT")])
    assert {mark.due.object_id for mark in await outbox.due_to([THERE], 9)} == {"$since", "$$ROOT"}


async def test_an_answer_to_an_earlier_mark_clears_no_later_one_of_the_same_name(outbox: Outbox) -> None:
    """It comes from a process that was frozen, while another delivered and the object changed."""
    await outbox.put([due()])
    frozen = await only_mark(outbox)
    await outbox.delivered(frozen, ARRIVED)
    await outbox.put([due()])
    await outbox.delivered(frozen, ARRIVED)
    assert await outbox.waiting() == 1


async def test_portions_for_many_platforms_come_in_one_trip(outbox: Outbox) -> None:
    """However much is due to the first of them, each gets its own."""
    await outbox.put([due(f"l{n}", to=to) for to in (EMSP, OTHER) for n in range(3)])
    found = await outbox.due_to_each([Portion([THERE], 2), Portion([ELSEWHERE], 100)])
    assert [str(mark.due.to) for mark in found] == ["NL*MSP"] * 2 + ["DE*XYZ"] * 3


async def test_what_several_parties_of_a_platform_lack_comes_by_how_long_it_waits(
    outbox: Outbox, clock: ManualClock
) -> None:
    """Whichever kind it is of, and without reading what is not taken."""
    kinds = (ObjectKind.LOCATION, ObjectKind.CDR)
    addresses = [Address(kind, to) for kind in kinds for to in (EMSP, OTHER)]
    for number, (kind, to) in enumerate(addresses):
        await outbox.put([due(f"l{number}", to, kind)])
        await clock.advance(seconds=1)
    await outbox.put([replace(due("urgent", OTHER), is_urgent=True)])
    found = await outbox.due_to(addresses[::-1], 4)
    assert [mark.due.object_id for mark in found] == ["urgent", "l0", "l1", "l2"]


async def test_where_something_is_due_costs_by_the_number_of_addresses(outbox: Outbox, mongo: Mongo) -> None:
    """A scan of every key would take a second in an outbox of a million marks (reliability 18)."""
    await outbox.put([due(f"l{n}", to=to) for to in (EMSP, OTHER) for n in range(500)])
    profile = mongo.collection("system.profile")
    await profile.database.command({"profile": 2})
    await outbox.addresses_due()
    await outbox.addresses_waiting()
    await outbox.oldest_due()
    await profile.database.command({"profile": 0})
    asked = [each async for each in profile.find({"ns": f"{mongo.name}.outbox"})]
    await profile.drop()
    assert len(asked) >= 3
    assert all(each["keysExamined"] < 10 for each in asked)
