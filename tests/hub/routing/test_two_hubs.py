"""Two real hubs that know each other: parties behind the one meet parties behind the other, and nothing goes
round in circles. Attacks S-21, S-22.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from passerelle.conformance import samples
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import Reply, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.lent import lent
from tests.platforms import CPO, EMSP, Running, agree, connect, invited, operate, running_hub

ONE, TWO, NOBODY = PartyId("FR", "ONE"), PartyId("NL", "TWO"), PartyId("ES", "XXX")


@dataclass(frozen=True, slots=True)
class Hubs:
    """The CPO is connected to the first, the eMSP to the second."""

    one: Running
    two: Running
    cpo: SimulatedPartner
    emsp: SimulatedPartner


@pytest.fixture
async def hubs(mongo: Mongo, mongo_url: str, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Hubs]:
    async with lent(mongo_url) as beside, AsyncExitStack() as stack:
        one = await stack.enter_async_context(running_hub(mongo, clock, tmp_path / "one", ONE))
        two = await stack.enter_async_context(running_hub(beside, clock, tmp_path / "two", TWO))
        cpo = await stack.enter_async_context(SimulatedPartner(("CPO", CPO)))
        emsp = await stack.enter_async_context(SimulatedPartner(("EMSP", EMSP)))
        await connect(one, cpo, "cpo", "CPO")
        await connect(two, emsp, "emsp", "EMSP")
        await _introduce(one, two)
        for hub in (one, two):
            await agree(hub)
            await agree(hub, emsp=NOBODY)
        yield Hubs(one, two, cpo, emsp)


async def _introduce(one: Running, two: Running) -> None:
    token = await invited(one, "two", "HUB", "EMSP", "CPO", "OTHER")
    register = {
        "name": "one",
        "roles": ["HUB", "EMSP", "CPO", "OTHER"],
        "versions_url": one.versions_url,
        "token": token.reveal(),
    }
    await operate(two, "/partners", register)


async def test_a_list_is_read_across_both(hubs: Hubs) -> None:
    hubs.cpo.publishes("tariffs", [samples.tariff("2.3.0", CPO, "T1")])
    there = Routing(to=CPO, sender=EMSP)
    heard = await hubs.emsp.call(
        "GET", "tariffs", Side.SENDER, routing=there, ids=MessageIds("request-1", "correlation-1")
    )
    assert [each["id"] for each in heard.data] == ["T1"]
    assert Routing.read(heard.headers) == there.reversed()
    (asked,) = hubs.cpo.heard("tariffs")
    assert (asked.routing, asked.ids.correlation_id) == (there, "correlation-1")


async def test_a_bill_reaches_its_issuer_across_both(hubs: Hubs) -> None:
    bill = codec.dump(build.cdr())
    there = Routing(to=EMSP, sender=CPO)
    heard = await hubs.cpo.call("POST", "cdrs", Side.RECEIVER, routing=there, body=bill)
    assert heard.status == 1000
    await eventually(lambda: bool(hubs.emsp.heard("cdrs")))
    (arrived,) = hubs.emsp.heard("cdrs")
    assert (arrived.json()["id"], arrived.routing) == ("CDR1", there)


async def test_an_authorization_is_answered_across_both(hubs: Hubs) -> None:
    hubs.emsp.answer("POST", "tokens", Side.SENDER, lambda _: Reply({"allowed": "ALLOWED"}))
    there = Routing(to=EMSP, sender=CPO)
    heard = await hubs.cpo.call("POST", "tokens", Side.SENDER, "04AA", "authorize", routing=there, body=b"{}")
    assert heard.data == {"allowed": "ALLOWED"}


async def test_what_nobody_can_deliver_stops_at_the_second_hub(hubs: Hubs) -> None:
    """Each hub is the other's only way to unknown parties, so without an end it would go on for ever."""
    there = Routing(to=NOBODY, sender=CPO)
    heard = await hubs.cpo.call("POST", "tokens", Side.SENDER, "04AA", "authorize", routing=there, body=b"{}")
    assert (heard.http, heard.status) == (200, 4001)
    assert [_asked(hub) for hub in (hubs.one, hubs.two)] == [1, 1]


def _asked(hub: Running) -> int:
    """How many authorizations a hub was asked for."""
    counted = hub.foundation.metrics.exposition()[0].decode().splitlines()
    name = 'passerelle_requests_seconds_count{http="200",module="tokens"'
    return sum(int(float(line.rsplit(" ", 1)[1])) for line in counted if line.startswith(name))
