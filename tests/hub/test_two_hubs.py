"""Two hubs on one database, behind a load balancer.

What one is told holds at the other within five seconds, and what has to be done once is done once.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from simulators.partner import Heard, SimulatedPartner
from tests import build
from tests.fakes.balancer import Balancer, balancing
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.hub.presence.test_presence import OTHER, hears, told
from tests.platforms import CPO, EMSP, Running, agree, connect, operate, running_hub
from tests.roaming import Roaming

SECONDS = 5.0
"""As long as a hub may take to learn what another was told."""


@dataclass(frozen=True, slots=True)
class Hubs:
    """`first` began first, so what is done once is its duty."""

    first: Running
    second: Running
    balancer: Balancer
    cpo: SimulatedPartner
    emsp: SimulatedPartner
    ends_the_first: AsyncExitStack

    def only(self, hub: Running) -> None:
        """From now on requests reach this hub alone."""
        self.balancer.servers = [hub.urls["ocpi"]]

    async def authorized(self, at: Running) -> Heard:
        self.only(at)
        return await Roaming(at, self.cpo, self.emsp).authorize("04AA", to=EMSP)

    async def moved(self, at: Running, name: str = "LOC1") -> None:
        """The CPO has put a location at this hub."""
        self.only(at)
        heard = await Roaming(at, self.cpo, self.emsp).push(
            "locations", "FR", "CPO", name, body=build.location(id=name).to_wire()
        )
        assert heard.status == 1000


@pytest.fixture
async def hubs(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Hubs]:
    async with (
        balancing() as balancer,
        AsyncExitStack() as first_alone,
        SimulatedPartner(("CPO", CPO)) as cpo,
        SimulatedPartner(("EMSP", EMSP)) as emsp,
    ):
        settings: dict[str, Any] = {"public_url": balancer.url, "tell_credentials_minutes": 3}
        first = await first_alone.enter_async_context(running_hub(mongo, clock, tmp_path, **settings))
        async with running_hub(mongo, clock, tmp_path, **settings) as second:
            balancer.servers = [first.urls["ocpi"], second.urls["ocpi"]]
            await connect(first, cpo, "the-cpo", "CPO")
            await connect(second, emsp, "the-emsp", "EMSP")
            await agree(second)
            await clock.advance(seconds=SECONDS)
            yield Hubs(first, second, balancer, cpo, emsp, first_alone)


async def test_whoever_registered_at_one_is_known_to_the_other(hubs: Hubs) -> None:
    """And its handshake went to both: the balancer asked them in turn."""
    assert len(hubs.balancer.answered) == 2
    for hub in (hubs.first, hubs.second):
        assert (await hubs.authorized(hub)).status == 1000
    assert len(hubs.emsp.heard("tokens", "POST")) == 2


async def test_whoever_was_suspended_at_one_is_refused_by_the_other(hubs: Hubs, clock: ManualClock) -> None:
    await operate(hubs.first, "/partners/the-cpo/suspend", {})
    await clock.advance(seconds=SECONDS)
    assert (await hubs.authorized(hubs.second)).http == 401

    await operate(hubs.second, "/partners/the-cpo/resume", {})
    await clock.advance(seconds=SECONDS)
    assert (await hubs.authorized(hubs.first)).status == 1000


async def test_an_agreement_that_was_ended_at_one_is_over_at_the_other(
    hubs: Hubs, clock: ManualClock
) -> None:
    assert (await hubs.authorized(hubs.second)).status == 1000
    await agree_until_yesterday(hubs.first)
    await clock.advance(seconds=SECONDS)
    heard = await hubs.authorized(hubs.second)
    assert heard.status != 1000 or heard.data["allowed"] == "NOT_ALLOWED"
    assert len(hubs.emsp.heard("tokens", "POST")) == 1


async def agree_until_yesterday(hub: Running) -> None:
    body = {"cpo": str(CPO), "emsp": str(EMSP), "first_day": "2025-01-01", "last_day": "2025-12-31"}
    await operate(hub, "/agreements", body)


async def test_what_was_put_at_one_is_delivered_once_and_shown_by_the_other(
    hubs: Hubs, clock: ManualClock
) -> None:
    await hubs.moved(hubs.first)
    await eventually(lambda: len(hubs.emsp.heard("locations", "PUT")) == 1)
    hubs.only(hubs.second)
    listed = await Roaming(hubs.second, hubs.cpo, hubs.emsp).pull("locations")
    assert [each["id"] for each in listed.data] == ["LOC1"]
    await clock.stroll(minutes=1, stride_s=5)
    assert len(hubs.emsp.heard("locations", "PUT")) == 1


async def test_each_change_of_presence_is_told_once(hubs: Hubs, clock: ManualClock) -> None:
    await hears(hubs.emsp, "CPO FR*CPO", "CONNECTED")
    hubs.emsp.announced.clear()
    await operate(hubs.second, "/partners/the-cpo/suspend", {})
    await clock.advance(seconds=SECONDS)
    await hears(hubs.emsp, "CPO FR*CPO", "SUSPENDED")
    await clock.stroll(minutes=1, stride_s=5)
    assert told(hubs.emsp) == [("CPO FR*CPO", "SUSPENDED")]


async def test_a_silent_partner_is_asked_once(hubs: Hubs, clock: ManualClock) -> None:
    await clock.stroll(minutes=4, stride_s=5)  # it has been told the news, and called
    hubs.cpo.handshakes.clear()
    await clock.stroll(minutes=5, stride_s=5)
    assert [each.module for each in hubs.cpo.handshakes] == ["versions"]


async def test_news_of_the_hub_are_told_to_each_partner_once(hubs: Hubs, clock: ManualClock) -> None:
    """Each telling changes tokens on both sides."""
    async with SimulatedPartner(("CPO", OTHER)) as third:
        await connect(hubs.second, third, "the-third", "CPO")
        await clock.stroll(minutes=5, stride_s=5)
        for partner in (hubs.cpo, hubs.emsp):
            assert len([each for each in partner.handshakes if each.method == "PUT"]) == 1
        for hub in (hubs.first, hubs.second):
            assert (await hubs.authorized(hub)).status == 1000


async def test_whoever_comes_back_at_one_is_greeted_once(hubs: Hubs, clock: ManualClock) -> None:
    await hubs.moved(hubs.first)
    await eventually(lambda: len(hubs.emsp.heard("locations", "PUT")) == 1)
    await operate(hubs.second, "/partners/the-emsp/suspend", {})
    await clock.advance(seconds=SECONDS)
    await operate(hubs.second, "/partners/the-emsp/resume", {})
    await clock.advance(seconds=SECONDS)
    await eventually(lambda: len(hubs.emsp.heard("locations", "PUT")) == 2)
    await clock.stroll(minutes=1, stride_s=5)
    assert len(hubs.emsp.heard("locations", "PUT")) == 2


async def test_what_the_one_did_for_both_the_other_does_when_it_is_gone(
    hubs: Hubs, clock: ManualClock
) -> None:
    await hubs.ends_the_first.aclose()
    hubs.only(hubs.second)
    hubs.emsp.announced.clear()
    await operate(hubs.second, "/partners/the-cpo/suspend", {})
    await clock.advance(seconds=15)
    await hears(hubs.emsp, "CPO FR*CPO", "SUSPENDED")
