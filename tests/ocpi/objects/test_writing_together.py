"""Puts and inserts that come at the same time share a trip to the disk, and nothing else."""

import asyncio

from ocpi.objects.record import Outcome
from schemas import codec
from tests.ocpi.objects.conftest import Keeping
from tests.ocpi.objects.test_store import record


async def test_many_at_once_are_each_answered_for_themselves(keeping: Keeping) -> None:
    store = keeping.store
    await store.put(record("stale", hour=12))
    await store.put(record("old", hour=8))
    await store.insert(record("bill"))
    outcomes = await asyncio.gather(
        store.put(record("new")),
        store.put(record("stale", hour=9)),
        store.put(record("old", hour=9)),
        store.insert(record("bill")),
        store.insert(record("bill", body=b'"other"')),
        store.insert(record("new bill")),
    )
    assert list(outcomes) == [
        Outcome.CREATED,
        Outcome.STALE,
        Outcome.UPDATED,
        Outcome.UNCHANGED,
        Outcome.CONFLICT,
        Outcome.CREATED,
    ]


async def test_changes_of_one_object_at_once_keep_their_order(keeping: Keeping) -> None:
    bodies = [codec.encode(f"{n}") for n in range(5)]
    same_age = [keeping.store.put(record("L", hour=8, body=body)) for body in bodies]
    outcomes = await asyncio.gather(*same_age, keeping.store.put(record("L", hour=7)))
    assert outcomes == [Outcome.CREATED, *[Outcome.UPDATED] * 4, Outcome.STALE]
    held = await keeping.store.get(record("L").key)
    assert held is not None
    assert held.body == bodies[-1]


async def test_who_goes_away_takes_nobody_along(keeping: Keeping) -> None:
    async with asyncio.TaskGroup() as tasks:
        puts = [tasks.create_task(keeping.store.put(record(f"{n}"))) for n in range(10)]
        await asyncio.sleep(0.001)
        puts[3].cancel()
    assert puts[3].cancelled()
    assert {put.result() for put in puts if put is not puts[3]} == {Outcome.CREATED}
