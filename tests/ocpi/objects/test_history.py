"""What an owner told before is kept for as long as disputes may last."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from ocpi.objects.history import KEPT_FOR
from ocpi.objects.record import Outcome, Record
from ocpi.objects.store import INDEXES, ObjectStore
from ocpi.process.mongo import Mongo
from schemas.kinds import ObjectKey, ObjectKind
from schemas.times import parse
from tests.fakes.clock import START, ManualClock
from tests.ocpi.objects.conftest import Keeping, at
from tests.platforms import CPO, EMSP

SESSION = ObjectKey(ObjectKind.SESSION, CPO, "S1")


def state(hour: int, kwh: int, key: ObjectKey = SESSION) -> Record:
    return Record(key, parse(at(hour)), f'{{"kwh":{kwh}}}'.encode(), EMSP)


async def told(store: ObjectStore, key: ObjectKey = SESSION) -> list[bytes]:
    return [version.body async for version in store.versions(key, EMSP)]


async def test_every_version_of_a_session_stays_readable_in_the_order_of_its_age(
    keeping: Keeping, clock: ManualClock
) -> None:
    await keeping.store.put(state(8, 1))
    await clock.advance(minutes=5)
    await keeping.store.put(state(10, 3))
    assert await keeping.store.put(state(9, 2)) is Outcome.STALE
    versions = [version async for version in keeping.store.versions(SESSION, EMSP)]
    assert [version.body for version in versions] == [b'{"kwh":1}', b'{"kwh":2}', b'{"kwh":3}']
    assert [version.last_updated for version in versions] == [parse(at(hour)) for hour in (8, 9, 10)]
    assert versions[0].at == START
    assert versions[2].at == START + timedelta(minutes=5)


async def test_a_version_that_comes_again_is_one_version(keeping: Keeping) -> None:
    await asyncio.gather(*(keeping.store.put(state(8, 1)) for _ in range(3)))
    assert await told(keeping.store) == [b'{"kwh":1}']


async def test_a_change_that_lost_was_never_a_version(keeping: Keeping) -> None:
    first = state(8, 1)
    await keeping.store.put(first)
    assert await keeping.store.replace(state(9, 2), first)
    assert not await keeping.store.replace(state(9, 99), first)
    assert await told(keeping.store) == [b'{"kwh":1}', b'{"kwh":2}']


async def test_what_was_taken_back_and_when_is_told(keeping: Keeping) -> None:
    tariff = state(8, 1, ObjectKey(ObjectKind.TARIFF, CPO, "T1"))
    await keeping.store.put(tariff)
    await keeping.store.replace(replace(tariff, deleted=True), tariff)
    versions = [version async for version in keeping.store.versions(tariff.key, EMSP)]
    assert sorted(version.deleted for version in versions) == [False, True]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ObjectKind.SESSION, 1),
        (ObjectKind.TOKEN, 1),
        (ObjectKind.TARIFF, 1),
        (ObjectKind.LOCATION, 0),
        (ObjectKind.CDR, 0),
    ],
)
async def test_locations_and_bills_have_no_versions(
    keeping: Keeping, kind: ObjectKind, expected: int
) -> None:
    """A bill never changes; where an EVSE stood last year is nobody's dispute."""
    key = ObjectKey.of_token(CPO, "X", "RFID") if kind is ObjectKind.TOKEN else ObjectKey(kind, CPO, "X")
    if kind is ObjectKind.CDR:
        await keeping.store.insert(state(8, 1, key))
    else:
        await keeping.store.put(state(8, 1, key))
    assert len(await told(keeping.store, key)) == expected


async def test_versions_go_after_the_time_that_was_chosen(mongo: Mongo, clock: ManualClock) -> None:
    """By the database itself, which looks once a minute: what it looks at is what is asserted."""
    for kept_for, store in (
        (KEPT_FOR, ObjectStore(mongo, clock)),
        (timedelta(days=7), ObjectStore(mongo, clock, history_for=timedelta(days=7))),
    ):
        await store.put(state(8, kept_for.days))
        found = await mongo.collection("object_history").find_one({"expires_at": START + kept_for})
        assert found is not None


async def test_the_database_forgets_versions_at_the_instant_that_they_name(
    mongo: Mongo,
) -> None:
    await mongo.declare(INDEXES)
    indexes = await mongo.collection("object_history").index_information()
    assert [each["expireAfterSeconds"] for each in indexes.values() if "expireAfterSeconds" in each] == [0]
