"""Fields that a service keeps beside objects."""

from dataclasses import replace

from ocpi.objects import selection
from ocpi.objects.record import Outcome, Record
from ocpi.process.mongo import Document, Mongo
from schemas.kinds import ObjectKind
from tests.ocpi.objects.conftest import Keeping
from tests.ocpi.objects.test_store import record


def _size(kept: Record) -> Document:
    return {"size": len(kept.body), "gone": kept.deleted}


async def _kept(mongo: Mongo) -> tuple[int, bool]:
    row = await mongo.collection(selection.COLLECTION).find_one({})
    assert row is not None
    return row["size"], row["gone"]


async def test_they_follow_from_the_object_with_every_write(keeping: Keeping, mongo: Mongo) -> None:
    store = keeping.store
    store.keep_beside(ObjectKind.LOCATION, _size)
    first, longer = record("A", body=b'"a"'), record("A", hour=9, body=b'"longer"')
    await store.put(first)
    assert await _kept(mongo) == (3, False)
    await store.put(longer)
    assert await _kept(mongo) == (8, False)
    assert await store.put(first) is Outcome.STALE
    assert await _kept(mongo) == (8, False)
    assert await store.replace(replace(longer, deleted=True), longer)
    assert await _kept(mongo) == (8, True)


async def test_other_kinds_have_none(keeping: Keeping, mongo: Mongo) -> None:
    keeping.store.keep_beside(ObjectKind.TARIFF, _size)
    await keeping.store.put(record("A"))
    assert "size" not in (await mongo.collection(selection.COLLECTION).find_one({}) or {})
