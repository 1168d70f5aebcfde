"""Held stops in MongoDB, as several processes see them at the same time."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest

from cpo_adapter.commands.held_stops import HeldStop, HeldStops
from cpo_adapter.commands.model import Promise, ReplyTo
from cpo_adapter.commands.store import PromiseStore
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from schemas.v2_3_0.commands import CommandResult
from schemas.v2_3_0.enums import CommandResultType
from tests.platforms import EMSP

LATE, YES = (CommandResult(result=each) for each in (CommandResultType.TIMEOUT, CommandResultType.ACCEPTED))


@pytest.fixture
def stores(mongo: Mongo) -> list[HeldStops]:
    """Those of two processes."""
    return [HeldStops(mongo, life=life) for life in ("A", "B")]


async def held(store: HeldStops) -> HeldStop:
    now = SystemClock().now().replace(microsecond=0)
    reply = ReplyTo("https://emsp.example/1", "the-emsp", EMSP, "C")
    promise = Promise(uuid.uuid4().hex, "STOP_SESSION", CommandResult, "CP-1", "S-1", reply, now)
    stop = HeldStop(promise, 1, "1", answer_by=now, until=now + timedelta(minutes=1))
    await store.add(stop)
    return stop


async def both(stores: Sequence[HeldStops], stop: HeldStop) -> tuple[bool, bool]:
    """The first says TIMEOUT, the second ACCEPTED, at the same time."""
    return await asyncio.gather(stores[0].decide(stop, LATE), stores[1].decide(stop, YES))


async def test_one_of_two_processes_decides_and_hears_so_again(stores: list[HeldStops]) -> None:
    """Again, since its write may have been cut off from its answer."""
    stop = await held(stores[0])
    decided = await both(stores, stop)
    assert sorted(decided) == [False, True]
    assert await both(stores, stop) == decided


async def test_one_that_is_decided_may_be_held_still(stores: list[HeldStops]) -> None:
    stop = await held(stores[0])
    await stores[0].decide(stop, LATE)
    assert [each.is_answered for each in await stores[1].all()] == [True]
    await stores[1].release(stop, YES)
    assert await stores[0].all() == await stores[0].of(stop.number) == []


async def test_a_process_that_died_has_left_a_result_or_nothing(
    stores: list[HeldStops], mongo: Mongo
) -> None:
    """While there is no result, a held stop is nobody's."""
    stop, promises = await held(stores[0]), PromiseStore(mongo)
    assert await promises.left("B", ["B"]) == []
    await stores[0].decide(stop, LATE)
    assert await promises.left("B", ["B"]) == [(stop.promise, LATE)]
