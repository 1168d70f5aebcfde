"""Two processes of the hub on one database watch the same partners: what one has heard both know. C-064."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from simulators.partner import Reply, Request, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.hub.presence.test_presence import asked_for_versions, hears, shown, told
from tests.hub.presence.test_restart import meet
from tests.platforms import CPO, EMSP, Running, operate, running_hub


@dataclass(frozen=True, slots=True)
class Two:
    """The partners are registered, and call the first unless they are `moved`."""

    first: Running
    second: Running
    cpo: SimulatedPartner
    emsp: SimulatedPartner

    def moved(self, partner: SimulatedPartner) -> SimulatedPartner:
        """From now on it reaches the second process, as a load balancer would have it."""
        there = {at: url.replace(self.first.url, self.second.url) for at, url in partner.endpoints.items()}
        partner.endpoints = there
        return partner


@pytest.fixture
async def two(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Two]:
    async with (
        SimulatedPartner(("CPO", CPO)) as cpo,
        SimulatedPartner(("EMSP", EMSP)) as emsp,
        running_hub(mongo, clock, tmp_path) as first,
        running_hub(mongo, clock, tmp_path) as second,
    ):
        await meet(first, cpo, emsp)
        yield Two(first, second, cpo, emsp)


async def test_whoever_calls_the_one_is_not_silent_to_the_other(two: Two, clock: ManualClock) -> None:
    """It cannot be called, and is not even asked."""
    two.moved(two.cpo).is_online = False
    for _ in range(3):
        await clock.stroll(minutes=3, stride_s=5)
        await shown(two.cpo)
    await clock.advance(seconds=20)
    assert await shown(two.emsp) == {"CPO FR*CPO": "CONNECTED"}
    assert ("CPO FR*CPO", "OFFLINE") not in told(two.emsp)
    assert await two.first.foundation.mongo.collection("presences").find_one(
        {"_id": "the-cpo", "trouble": None}
    )


async def test_whoever_is_away_comes_back_by_calling_the_other(two: Two, clock: ManualClock) -> None:
    two.moved(two.cpo).is_online = False
    await clock.stroll(minutes=6, stride_s=5)
    await hears(two.emsp, "CPO FR*CPO", "OFFLINE")
    await clock.advance(seconds=20)
    await shown(two.cpo)
    await hears(two.emsp, "CPO FR*CPO", "CONNECTED")


async def test_one_of_them_asks(two: Two, clock: ManualClock) -> None:
    before = len(asked_for_versions(two.cpo))
    await clock.stroll(minutes=5.5, stride_s=5)
    assert len(asked_for_versions(two.cpo)) == before + 1


async def test_a_suspension_shows_at_the_other_within_seconds(two: Two, clock: ManualClock) -> None:
    two.moved(two.emsp)
    await operate(two.first, "/partners/the-cpo/suspend", {})
    await hears(two.emsp, "CPO FR*CPO", "SUSPENDED")
    await clock.advance(seconds=2)
    assert await shown(two.emsp) == {"CPO FR*CPO": "SUSPENDED"}
    assert two.cpo.their_token is not None
    refused = await two.moved(two.cpo).call("GET", "hubclientinfo", Side.SENDER, routing=Routing())
    assert refused.http == 401


async def test_one_miss_is_no_absence(two: Two, clock: ManualClock) -> None:
    """A hiccup is not told to everybody; what lasts is."""
    answers = [Reply(http=503), Reply(http=503)]
    usual = two.cpo.usual("versions")

    async def hiccup(arrived: Request) -> Reply:
        return answers.pop() if answers else await usual(arrived)

    two.cpo.answer("GET", "versions", Side.SENDER, hiccup)
    await clock.stroll(minutes=5.6, stride_s=5)
    assert answers == []
    assert ("CPO FR*CPO", "OFFLINE") not in told(two.emsp)
    two.cpo.answer("GET", "versions", Side.SENDER, lambda _: Reply(http=503))
    await clock.stroll(minutes=5.6, stride_s=5)
    await hears(two.emsp, "CPO FR*CPO", "OFFLINE")
