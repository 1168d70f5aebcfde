"""Puts and inserts that come at the same time share a trip to the disk, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from ocpi.objects.record import Outcome
from ocpi.objects.store import ObjectStore
from ocpi.process.mongo import InsertOne, Mongo
from schemas import codec
from tests.fakes.clock import ManualClock
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


class Overtaken:
    """Objects of which another process makes one just when an upsert has found that there is none."""

    def __init__(self, mongo: Mongo, overtake: Callable[[], Awaitable[object]], object_id: str) -> None:
        self._mongo = mongo
        self._objects = mongo.collection("objects")
        self._overtake: Callable[[], Awaitable[object]] | None = overtake
        self._object_id = object_id

    def collection(self, name: str) -> Any:
        return self if name == "objects" else self._mongo.collection(name)

    async def bulk_write(self, writes: list[Any], **options: Any) -> Any:
        if self._overtake is None:
            return await self._objects.bulk_write(writes, **options)
        overtake, self._overtake = self._overtake, None
        await overtake()
        return await self._objects.bulk_write([InsertOne({"_id": self._object_id})], **options)


async def test_two_processes_that_create_one_object_leave_the_newest(
    keeping: Keeping, mongo: Mongo, clock: ManualClock
) -> None:
    """Two upserts of one id collide in the database: the loser is compared, not refused."""
    older, newer = record("L", hour=8), record("L", hour=9)
    overtaken = Overtaken(mongo, lambda: keeping.store.put(older), newer.database_id)
    assert await ObjectStore(cast("Mongo", overtaken), clock).put(newer) is Outcome.UPDATED
    assert await keeping.store.get(newer.key) == newer
