"""Numbers of transactions come from leased blocks, each once for ever, with or without the database.

B-79.
"""

import asyncio

import pytest

from cpo_adapter.ocpp.events import Outlet, TransactionBegan
from cpo_adapter.ocpp.rooms import Begun
from cpo_adapter.sessions import identity
from cpo_adapter.sessions.numbers import A_BLOCK, GIVEN, Numbers
from ocpi.process.mongo import DriverError, Mongo
from tests.cpo_adapter.sessions import told
from tests.cpo_adapter.sessions.office import Judge, Office, Partners
from tests.cpo_adapter.sessions.test_session_rooms import read
from tests.fakes.clock import ManualClock


@pytest.fixture
async def office(mongo: Mongo, clock: ManualClock) -> Office:
    office = Office(mongo, clock, Partners(), Judge())
    await office.open()
    return office


async def test_processes_that_lease_at_once_never_share_a_number(mongo: Mongo, clock: ManualClock) -> None:
    processes = [Numbers(mongo, clock) for _ in range(4)]
    given = await asyncio.gather(*(each.take() for each in processes for _ in range(2 * A_BLOCK)))

    assert len(set(given)) == len(given) == 8 * A_BLOCK


async def test_a_process_that_dies_leaves_its_block_unused(mongo: Mongo, clock: ManualClock) -> None:
    before = [await Numbers(mongo, clock).take() for _ in range(3)]

    assert await Numbers(mongo, clock).take() > max(before)
    assert len(set(before)) == 3


async def test_a_leased_block_lasts_while_the_database_is_away(
    mongo: Mongo, mongo_url: str, clock: ManualClock
) -> None:
    connection = await Mongo.connect(mongo_url, mongo.name)
    numbers = Numbers(connection, clock)
    await numbers.stock_up()
    connection.close()  # a driver that is closed refuses everything

    assert len({await numbers.take() for _ in range(A_BLOCK)}) == A_BLOCK
    with pytest.raises(DriverError):
        await numbers.take()


async def test_a_number_is_to_be_had_while_the_next_block_is_waited_for(
    mongo: Mongo, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = Numbers(mongo, clock)
    await numbers.take()
    monkeypatch.setattr(numbers, "_lease", asyncio.Event().wait)  # a frozen database
    stocking = asyncio.gather(numbers.stock_up())
    await asyncio.sleep(0)

    async with asyncio.timeout(1):
        assert await numbers.take()
    stocking.cancel()


async def test_stocking_up_twice_leases_no_more_than_is_needed(mongo: Mongo, clock: ManualClock) -> None:
    numbers = Numbers(mongo, clock)
    first = await numbers.take()
    await numbers.stock_up()
    await numbers.stock_up()
    last = first
    for _ in range(2 * A_BLOCK - 1):
        last = await numbers.take()

    assert last == first + 2 * A_BLOCK - 1


async def test_a_start_gets_the_number_that_it_was_answered_with(office: Office, mongo: Mongo) -> None:
    event = told.start_told()
    await _given(mongo, 4711, event)

    assert (await office.sessions.began(event)).number == 4711


async def test_a_number_given_to_a_known_start_means_its_transaction(office: Office, mongo: Mongo) -> None:
    """The answer was lost, the database was away when the start was told again."""
    event = told.start_told()
    begun = await office.sessions.began(event)
    other = await office.sessions.began(told.start_told(outlet=Outlet(2), uid="OTHER"))
    await _given(mongo, 4711, event)
    await office.sessions.metered(read(4711, told.sample(30, 6000)))
    await office.sessions.ended(told.stop_told("4711", meter_wh=9000))

    ends = {kept["_id"]: kept.get("end", {}).get("meter_wh") for kept in await office.kept()}
    assert ends == {begun.number: 9000, other.number: None}
    assert await office.strays() == []


async def test_a_given_number_is_nothing_to_another_station(office: Office, mongo: Mongo) -> None:
    """needs.md O-68."""
    begun = await _running(office, mongo)
    await office.sessions.ended(told.stop_told("4711", station="CP-2", meter_wh=9000))

    (kept,) = await office.kept()
    assert (kept["_id"], "end" in kept) == (begun.number, False)


async def _running(office: Office, mongo: Mongo) -> Begun:
    event = told.start_told()
    begun = await office.sessions.began(event)
    await _given(mongo, 4711, event)
    return begun


async def _given(mongo: Mongo, number: int, event: TransactionBegan) -> None:
    told_as = identity.of_start(event)
    await mongo.collection(GIVEN).insert_one({"_id": number, "told_as": told_as, "station": "CP-1"})
