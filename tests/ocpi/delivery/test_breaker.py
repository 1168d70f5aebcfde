"""A partner in trouble is left alone, by whichever process and after a restart, until it shows itself."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from ocpi.delivery.hearing import Hearing
from ocpi.delivery.lane import AT_ONCE
from ocpi.delivery.leases import COLLECTION
from ocpi.delivery.troubles import Trouble, Troubles
from ocpi.process.mongo import Mongo
from ocpi.wire.interfaces import Side
from simulators.partner import Reply, Request
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import running_hub
from tests.roaming import Roaming

RECEIVER = Side.RECEIVER


async def in_trouble(roaming: Roaming, reply: Reply, failures: int = 5) -> list[str]:
    """The eMSP answers so, and has failed often enough to be left alone for a while; what has reached it."""
    tried: list[str] = []

    def broken(arrived: Request) -> Reply:
        tried.append(arrived.path)
        return reply

    roaming.emsp.answer("PUT", "locations", RECEIVER, broken)
    await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location())
    await eventually(lambda: tried)
    while len(tried) < failures:
        await roaming.later(seconds=5)
    await eventually_so(lambda: settled(roaming, len(tried)))
    return tried


async def settled(roaming: Roaming, attempts: int) -> bool:
    """What follows from the last attempt has been done: that the mark waits is written at the end."""
    return [mark["attempts"] for mark in await roaming.marks()] == [attempts]


async def lane(roaming: Roaming) -> dict[str, object]:
    found = await roaming.hub.foundation.mongo.collection(COLLECTION).find_one({"_id": "the-emsp"})
    return found or {}


async def rests_no_more(roaming: Roaming, clock: ManualClock) -> bool:
    until = (await lane(roaming))["rests_until"]
    assert isinstance(until, datetime)
    return until <= clock.now()


def well(roaming: Roaming) -> None:
    roaming.emsp.answer("PUT", "locations", RECEIVER, lambda _: Reply())


async def test_a_restarted_process_does_not_begin_anew_with_whoever_is_in_trouble(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, roaming: Roaming
) -> None:
    tried = await in_trouble(roaming, Reply(http=503))
    await roaming.hub.foundation.supervisor.stop()
    before = len(tried)
    async with running_hub(mongo, clock, tmp_path):
        for _ in range(3):
            await clock.advance(seconds=1)
        assert len(tried) == before
        well(roaming)

        async def is_told() -> bool:
            await clock.advance(seconds=5)
            return len(roaming.emsp.heard("locations")) > before

        await eventually_so(is_told)


async def failed(roaming: Roaming, times: int) -> bool:
    return (await lane(roaming)).get("failures") == times


async def test_a_partner_that_calls_is_tried_at_once(roaming: Roaming) -> None:
    tried = await in_trouble(roaming, Reply(http=503))
    well(roaming)
    await roaming.pull("locations")
    await roaming.later(seconds=2)
    await eventually_so(roaming.nothing_due)
    assert roaming.emsp.heard("locations")[len(tried) :]
    assert "failures" not in await lane(roaming)


async def test_a_partner_that_calls_all_day_with_a_broken_door_is_not_stormed(roaming: Roaming) -> None:
    tried = await in_trouble(roaming, Reply(http=503))
    before = len(tried)
    for _ in range(20):
        await roaming.pull("locations")
        await roaming.later(seconds=1)
    assert len(tried) - before <= 3  # each ten seconds a call counts


async def test_a_call_does_not_shorten_what_the_partner_asked_for(roaming: Roaming) -> None:
    """Reliability 9."""
    tried = await in_trouble(roaming, Reply(http=429, headers={"Retry-After": "60"}), failures=1)
    await roaming.pull("locations")
    await roaming.stroll(minutes=0.5)
    assert len(tried) == 1


async def test_a_call_to_one_process_ends_the_rest_in_another(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, roaming: Roaming
) -> None:
    tried = await in_trouble(roaming, Reply(http=503))
    async with running_hub(mongo, clock, tmp_path) as other:
        await clock.advance(seconds=3)
        await eventually(lambda: other.foundation.delivery.rests("the-emsp"))
        well(roaming)
        token = roaming.emsp.their_token
        assert token is not None
        assert await other.foundation.directory.admit(token) is not None
        await eventually_so(lambda: rests_no_more(roaming, clock))
        await roaming.later(seconds=2)
        await eventually_so(roaming.nothing_due)
    assert roaming.emsp.heard("locations")[len(tried) :]


async def test_what_was_under_way_when_the_trouble_began_does_not_end_it(roaming: Roaming) -> None:
    """Else a partner that goes down is sent eight more for each of its last answers."""
    all_here, last, tried = asyncio.Event(), asyncio.Event(), list[str]()

    async def going_down(arrived: Request) -> Reply:
        tried.append(arrived.path)
        is_first = len(tried) == 1
        await (all_here if is_first else last).wait()
        return Reply(http=503 if is_first else 200)

    roaming.emsp.answer("PUT", "locations", RECEIVER, going_down)
    for n in range(20):
        await roaming.push("locations", "FR", "CPO", f"LOC{n}", body=build.location(id=f"LOC{n}"))
    await eventually(lambda: len(tried) == AT_ONCE)
    all_here.set()
    await eventually_so(lambda: failed(roaming, 1))
    last.set()
    await eventually_so(lambda: left(roaming, 20 - (AT_ONCE - 1)))
    await roaming.looked()
    assert (len(tried), await failed(roaming, 1)) == (AT_ONCE, True)


async def left(roaming: Roaming, count: int) -> bool:
    return await roaming.hub.foundation.outbox.waiting() == count


class BeginsMeanwhile(Troubles):
    """A trouble begins here after all of them were read, and before that is told."""

    hearing: Hearing
    trouble: Trouble

    async def all(self) -> dict[str, Trouble]:
        read = await super().all()
        self.hearing.began("the-emsp", self.trouble)
        return read


async def test_a_trouble_that_begins_while_all_are_read_is_known(
    mongo: Mongo, clock: ManualClock, roaming: Roaming
) -> None:
    """Else a call of that platform would count for nothing."""
    troubles = BeginsMeanwhile(mongo, clock)
    troubles.hearing = Hearing(directory=roaming.hub.foundation.directory, troubles=troubles, clock=clock)
    troubles.trouble = Trouble(failures=5, rests_until=clock.now() + timedelta(minutes=1))
    assert await troubles.hearing.news({}) == {}
    assert troubles.hearing.rests("the-emsp")
