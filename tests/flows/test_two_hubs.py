"""Two hubs on one database behind a load balancer, while partners come and go and one hub dies.

Whatever was acknowledged arrives: each bill, and of everything else the last state; and no two requests about
one object are on the way at the same time. Needs 3.4, faults 6 and 16.
"""

import asyncio
import os
import random
import secrets
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientError

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from simulators.partner import Heard, SimulatedPartner
from tests import build
from tests.fakes.balancer import Balancer, balancing
from tests.fakes.eventually import eventually, eventually_so
from tests.flows.issuer import Issuer
from tests.platforms import CPO, HUB, agree, connect
from tests.processes import HubProcess, hub_process

pytestmark = pytest.mark.slow
ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))  # `make faults` asks for more
ISSUERS: Final = (PartyId("NL", "MSP"), PartyId("DE", "XYZ"), PartyId("BE", "EMS"))
CARS: Final = 4
"""That charge at the same time, for each issuer."""
STATES: Final = 8
BEGAN: Final = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass(slots=True)
class Told:
    """What the hub has acknowledged."""

    bills: dict[PartyId, set[str]] = field(default_factory=lambda: {each: set() for each in ISSUERS})
    sessions: dict[tuple[PartyId, str], Any] = field(default_factory=dict)
    locations: dict[str, Any] = field(default_factory=dict)

    def count(self) -> int:
        return sum(len(bills) for bills in self.bills.values())


class Operator:
    """A CPO that tells everything until it is acknowledged."""

    def __init__(self, partner: SimulatedPartner, chance: random.Random) -> None:
        self.told = Told()
        self._partner = partner
        self._chance = chance

    async def charge(self, issuer: PartyId, car: int) -> None:
        """A session from its beginning to its bill, and a location that changes meanwhile."""
        session_id, location_id = f"S-{issuer}-{car}", f"LOC-{issuer}-{car}"
        for number in range(STATES):
            await asyncio.sleep(self._chance.uniform(0, 1))
            session = build.session(
                id=session_id, kwh=number, cdr_token=_card(issuer), last_updated=_at(number)
            )
            await self._acknowledged("PUT", "sessions", "FR", "CPO", session_id, body=session, to=issuer)
            self.told.sessions[issuer, session_id] = number
            location = build.location(id=location_id, name=f"state {number}", last_updated=_at(number))
            await self._acknowledged("PUT", "locations", "FR", "CPO", location_id, body=location, to=HUB)
            self.told.locations[location_id] = f"state {number}"
            cdr = build.cdr(id=f"CDR-{issuer}-{car}-{number}", session_id=session_id, cdr_token=_card(issuer))
            await self._acknowledged("POST", "cdrs", body=cdr, to=issuer)
            self.told.bills[issuer].add(str(cdr.id))

    async def _acknowledged(self, method: str, module: str, *path: str, body: OcpiModel, to: PartyId) -> None:
        async def done() -> bool:
            return await self._is_acknowledged(method, module, *path, body=codec.dump(body), to=to)

        await eventually_so(done, within_s=60)

    async def _is_acknowledged(self, method: str, module: str, *path: str, body: Any, to: PartyId) -> bool:
        routing = Routing(to=to, sender=CPO)
        try:
            heard = await self._partner.call(method, module, Side.RECEIVER, *path, routing=routing, body=body)
        except ClientError:
            return False
        return _is_done(heard)


def _card(issuer: PartyId) -> dict[str, str]:
    return {**build.CDR_TOKEN, "country_code": issuer.country_code, "party_id": issuer.party_id}


def _is_done(heard: Heard) -> bool:
    return heard.http in (200, 201) and heard.status == 1000


def _at(number: int) -> str:
    return (BEGAN + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Scene:
    hubs: tuple[HubProcess, HubProcess]
    operator: Operator
    issuers: dict[PartyId, Issuer]

    async def play(self) -> None:
        """Every car charges, the issuers come and go, and halfway the first hub dies."""
        charging = True
        whole = len(ISSUERS) * CARS * STATES

        async def kill_one() -> None:
            await eventually(lambda: self.operator.told.count() >= whole // 2, within_s=120)
            self.hubs[0].process.kill()

        async with asyncio.TaskGroup() as background:
            for issuer in self.issuers.values():
                background.create_task(issuer.comes_and_goes(lambda: charging))
            background.create_task(kill_one())
            try:
                async with asyncio.TaskGroup() as cars:
                    for party in ISSUERS:
                        for car in range(CARS):
                            cars.create_task(self.operator.charge(party, car))
            finally:
                charging = False

    async def nothing_due(self) -> bool:
        waiting: list[Any] = await asyncio.to_thread(self.hubs[1].admin.get, "/outbox")
        return not waiting


@pytest.fixture
async def balancer() -> AsyncIterator[Balancer]:
    async with balancing() as balancer:
        yield balancer


@pytest.fixture
def hubs(mongo_url: str, tmp_path: Path, balancer: Balancer) -> Iterator[tuple[HubProcess, HubProcess]]:
    database = f"test_{uuid.uuid4().hex}"[:38]
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(hub_process(mongo_url, database, tmp_path, url=balancer.url))
            for _ in range(2)
        )
        for hub in (one, other):
            hub.wait_ready()
        balancer.servers = [one.address, other.address]
        yield one, other


@pytest.fixture
async def scene(hubs: tuple[HubProcess, HubProcess]) -> AsyncIterator[Scene]:
    seed = int(os.environ.get("SEED", secrets.randbits(32)))
    print(f"SEED={seed}")  # noqa: T201 - shown if it fails
    chance = random.Random(seed)  # noqa: S311 - no secret
    async with AsyncExitStack() as stack:
        cpo = await stack.enter_async_context(SimulatedPartner(("CPO", CPO)))
        await connect(hubs[0], cpo, "the-cpo", "CPO")
        issuers = {}
        for party in ISSUERS:
            emsp = await stack.enter_async_context(SimulatedPartner(("EMSP", party)))
            issuers[party] = Issuer(emsp, chance)
            await connect(hubs[1], emsp, str(party).replace("*", "-").lower(), "EMSP")
            await agree(hubs[1], emsp=party)
        yield Scene(hubs, Operator(cpo, chance), issuers)


@pytest.mark.parametrize("_", range(ROUNDS))
async def test_nothing_acknowledged_is_lost_while_partners_fail_and_a_hub_dies(
    scene: Scene, balancer: Balancer, _: int
) -> None:
    await scene.play()
    await eventually_so(scene.nothing_due, within_s=120)
    told = scene.operator.told
    for party, issuer in scene.issuers.items():
        assert issuer.bills.keys() == told.bills[party]
        assert all(each == bills[0] for bills in issuer.bills.values() for each in bills)
        states = issuer.states.items()
        sessions = {(party, each["id"]): each["kwh"] for (module, _), each in states if module == "sessions"}
        assert sessions == {key: number for key, number in told.sessions.items() if key[0] == party}
        locations = {each["id"]: each["name"] for (module, _), each in states if module == "locations"}
        assert locations == told.locations
        assert issuer.met == []
    assert all(count > 20 for count in balancer.answered.values()), "one hub had nothing to do"
    assert len(balancer.answered) == 2
