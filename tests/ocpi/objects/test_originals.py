"""What an owner wrote in an older version is kept beside the canonical body."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from ocpi.objects.record import Original, Outcome, Record
from ocpi.objects.store import ObjectStore
from schemas.v2_3_0.enums import VersionNumber
from tests.ocpi.objects.conftest import Keeping
from tests.ocpi.objects.test_store import ALL, record

OLD = Original(VersionNumber.V2_1_1, b'{"id": "L", "old": 1.50}')
WITH, WITHOUT = replace(record("L"), original=OLD), record("L")


async def _put(store: ObjectStore, new: Record) -> object:
    return await store.put(new)


async def _replace(store: ObjectStore, new: Record) -> object:
    held = await store.get(new.key)
    assert held is not None
    return await store.replace(new, held)


WRITES = pytest.mark.parametrize("write", [_put, _replace])


@WRITES
async def test_the_owners_own_words_come_back_to_the_byte(
    keeping: Keeping, write: Callable[[ObjectStore, Record], Awaitable[object]]
) -> None:
    await keeping.store.put(WITHOUT)
    await write(keeping.store, WITH)
    assert await keeping.store.get(WITH.key) == WITH
    assert [held async for held in keeping.store.each(ALL)] == [WITH]


@WRITES
async def test_a_write_without_an_original_takes_the_old_one_away(
    keeping: Keeping, write: Callable[[ObjectStore, Record], Awaitable[object]]
) -> None:
    """Or an older version would be told what is no longer so."""
    await keeping.store.put(WITH)
    await write(keeping.store, WITHOUT)
    assert await keeping.store.get(WITH.key) == WITHOUT


async def test_a_bill_keeps_its_original_and_is_compared_by_its_canonical_body(keeping: Keeping) -> None:
    assert await keeping.store.insert(WITH) is Outcome.CREATED
    assert await keeping.store.insert(WITHOUT) is Outcome.UNCHANGED
    assert await keeping.store.get(WITH.key) == WITH


def test_a_version_is_answered_with_the_owners_words_or_not_at_all() -> None:
    assert WITH.in_version(VersionNumber.V2_3_0) == WITH.body
    assert WITH.in_version(VersionNumber.V2_1_1) == OLD.body
    assert WITH.in_version(VersionNumber.V2_2_1) is None
    assert WITHOUT.in_version(VersionNumber.V2_1_1) is None
