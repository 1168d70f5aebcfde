"""FR*ABC is a CPO on one platform and an eMSP on another: what hangs or is away is the one, and never both.

The key of everything between two parties is party and role; what is busy, rests and is away is a platform.
"""

import statistics
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from ocpi.delivery.lane import AT_ONCE
from ocpi.delivery.marks import COLLECTION as MARKS
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from simulators import faults
from simulators.partner import SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.hub.presence.test_presence import shown
from tests.platforms import HUB, agree, connect
from tests.roaming import Roaming, roaming_on

COMPANY = PartyId("FR", "ABC")
NEWS = 40
NOISE_S = 0.25
"""By so much the slowest of a few may be late on a machine that others use as well."""


@dataclass(frozen=True, slots=True)
class Company:
    roaming: Roaming
    stations: SimulatedPartner
    cards: SimulatedPartner

    async def tokens(self, count: int) -> None:
        """Of the eMSP, for every CPO."""
        token, emsp = build.token(), self.roaming.emsp
        routing = Routing(to=HUB, sender=PartyId(token.country_code, token.party_id))
        for number in range(count):
            uid = f"{number:08d}"
            body = codec.dump(build.token(uid=uid))
            path = (token.country_code, token.party_id, uid)
            heard = await emsp.call("PUT", "tokens", Side.RECEIVER, *path, routing=routing, body=body)
            assert heard.is_success, heard.body

    async def p99_s(self, name: str) -> float:
        """From a location's owner to the company's cards, one after the other."""
        clock, taken = SystemClock(), list[float]()
        for number in range(NEWS):
            began_s, location = clock.monotonic(), f"{name}{number}"
            await self.roaming.push("locations", "FR", "CPO", location, body=build.location(id=location))
            await eventually(partial(self.has, f"FR/CPO/{location}"))
            taken.append(clock.monotonic() - began_s)
        return statistics.quantiles(taken, n=100, method="inclusive")[98]

    def has(self, location: str) -> bool:
        return location in self.locations()

    def locations(self) -> list[str]:
        return [each.path for each in self.cards.heard("locations")]


@pytest.fixture
async def company(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Company]:
    async with (
        roaming_on(mongo, clock, tmp_path) as roaming,
        SimulatedPartner(("CPO", COMPANY)) as stations,
        SimulatedPartner(("EMSP", COMPANY)) as cards,
    ):
        await connect(roaming.hub, stations, "abc-stations", "CPO")
        await connect(roaming.hub, cards, "abc-cards", "EMSP")
        await agree(roaming.hub, cpo=COMPANY)
        await agree(roaming.hub, emsp=COMPANY)
        yield Company(roaming, stations, cards)


@asynccontextmanager
async def hanging(company: Company) -> AsyncIterator[faults.Acting]:
    """The platform of the stations, with as much on its way as it is given, and more waiting."""
    with company.stations.faults.acting(faults.slow(30), "tokens") as acting:
        await company.tokens(2 * AT_ONCE)
        await eventually(lambda: acting.met == AT_ONCE)
        yield acting


async def test_a_platform_that_hangs_holds_up_no_other_platform_of_its_company(company: Company) -> None:
    usual_s = await company.p99_s("usual")
    async with hanging(company) as acting:
        assert await company.p99_s("meanwhile") <= 2 * usual_s + NOISE_S
        assert acting.met == AT_ONCE


async def test_each_platform_of_a_company_has_a_rest_and_a_presence_of_its_own(company: Company) -> None:
    roaming = company.roaming
    delivery = roaming.hub.foundation.delivery
    with ExitStack() as outage:
        outage.enter_context(company.stations.faults.acting(faults.dead()))
        await company.tokens(1)
        await eventually(lambda: delivery.rests("abc-stations"))
        assert not delivery.rests("abc-cards")
        await roaming.push("locations", "FR", "CPO", "NOW", body=build.location(id="NOW"))
        await eventually(lambda: "FR/CPO/NOW" in company.locations())
        await roaming.stroll(minutes=6)
        await eventually_so(lambda: is_shown(roaming.emsp, "CPO FR*ABC", "OFFLINE"))
        assert await is_shown(roaming.cpo, "EMSP FR*ABC", "CONNECTED")

        assert (await company.cards.call("GET", "locations", Side.SENDER, routing=Routing(to=HUB))).http
        assert await is_shown(roaming.emsp, "CPO FR*ABC", "OFFLINE")
    assert (await company.stations.call("GET", "tokens", Side.SENDER, routing=Routing(to=HUB))).http
    await eventually_so(lambda: is_shown(roaming.emsp, "CPO FR*ABC", "CONNECTED"))
    await roaming.later(seconds=2)
    await eventually(lambda: len(company.stations.heard("tokens", "PUT")) == 1)


async def is_shown(viewer: SimulatedPartner, client: str, status: str) -> bool:
    return (await shown(viewer)).get(client) == status


async def test_what_was_marked_before_there_were_lanes_of_platforms_is_delivered(
    company: Company, mongo: Mongo
) -> None:
    """A party's lane of then, with its lease and its trouble, is nobody's now; its marks are as they were."""
    roaming = company.roaming
    company.cards.is_online = company.stations.is_online = False
    await company.tokens(1)
    await roaming.push("locations", "FR", "CPO", "THEN", body=build.location(id="THEN"))
    marks, lanes = mongo.collection(MARKS), mongo.collection("lanes")
    await eventually_so(lambda: both_failed(roaming))
    ends = roaming.hub.foundation.clock.now().replace(year=2027)
    await lanes.delete_many({})
    held = {"holder": "another", "until": ends, "failures": 9, "rests_until": ends, "is_asked": False}
    await lanes.insert_one({"_id": str(COMPANY), **held})
    assert await marks.count_documents({"to": str(COMPANY)}) == 2
    company.cards.is_online = company.stations.is_online = True
    await roaming.stroll(minutes=1)
    await eventually_so(roaming.nothing_due)
    assert company.locations() == ["FR/CPO/THEN"]
    assert len(company.stations.heard("tokens", "PUT")) == 1


async def both_failed(roaming: Roaming) -> bool:
    return [mark["attempts"] for mark in await roaming.marks()] == [1, 1]


async def test_a_party_that_moves_to_another_platform_takes_along_what_it_lacks(company: Company) -> None:
    """Also what was at hand for the old one, which has never answered and has its eight places full."""
    roaming = company.roaming
    with company.cards.faults.acting(faults.slow(30), "locations") as acting:
        for number in range(2 * AT_ONCE):
            name = f"L{number}"
            await roaming.push("locations", "FR", "CPO", name, body=build.location(id=name))
        await eventually(lambda: acting.met == AT_ONCE)
        assert (await company.cards.withdraw()).status == 1000
        async with SimulatedPartner(("EMSP", COMPANY)) as moved:
            await connect(roaming.hub, moved, "abc-anew", "EMSP")
            await roaming.later(seconds=3)
            await eventually(lambda: len(moved.heard("locations")) >= AT_ONCE)
