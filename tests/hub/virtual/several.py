"""An eMSP of 2.1.1 that deals with several CPOs of later versions through one hub."""

import asyncio
from dataclasses import dataclass
from typing import Any

from ocpi.process.clock import Clock
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Heard, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.hub.virtual.meeting import register, virtual
from tests.platforms import CPO, EMSP, HUB, Running, operate

OTHER = PartyId("BE", "CPO")
NAME = "old"


@dataclass(frozen=True, slots=True)
class Several:
    hub: Running
    cpo: SimulatedPartner
    other: SimulatedPartner
    emsp: SimulatedPartner

    @property
    def clock(self) -> ManualClock:
        clock: Clock = self.hub.foundation.clock
        assert isinstance(clock, ManualClock)
        return clock

    async def create(self, **more: Any) -> dict[str, Any]:
        """By remote party."""
        return {each["remote"]: each for each in await virtual(self.hub, NAME, EMSP, "EMSP", **more)}

    async def registered(self) -> dict[str, Any]:
        made = await self.create()
        for registration in made.values():
            await register(self.emsp, registration)
        return made

    async def shown(self) -> dict[str, Any]:
        told = await asyncio.to_thread(self.hub.admin.get, f"/virtual-partners/{NAME}")
        return {each["remote"]: each for each in told["registrations"]}

    async def states(self) -> dict[str, str | None]:
        return {remote: each["state"] for remote, each in (await self.shown()).items()}

    async def rotate(self, *parties: PartyId) -> dict[str, Any]:
        wanted = {"parties": [str(each) for each in parties]} if parties else {}
        told = await operate(self.hub, f"/virtual-partners/{NAME}/rotate", wanted)
        return {each["remote"]: each for each in told["registrations"]}

    async def remove(self, query: str = "") -> dict[str, Any]:
        told = await asyncio.to_thread(self.hub.admin.delete, f"/virtual-partners/{NAME}{query}")
        return {each["remote"]: each for each in told["registrations"]}

    async def nothing_due(self) -> bool:
        return await self.hub.foundation.outbox.waiting() == 0

    async def publish(
        self, cpo: SimulatedPartner, module: str, *path: str, body: bytes, to: PartyId = HUB
    ) -> Heard:
        routing = Routing(to=to, sender=cpo.roles[0][1])
        return await cpo.call("PUT", module, Side.RECEIVER, *path, routing=routing, body=body)

    async def pull(self, registration: dict[str, Any], module: str, *path: str, **query: str) -> Heard:
        """By the eMSP, from the party that this registration is for."""
        self.emsp.turn_to(registration["versions_url"])
        return await self.emsp.call("GET", module, Side.SENDER, *path, routing=Routing(), query=query)

    async def tell(self, method: str, module: str, *path: str, body: Any) -> Heard:
        """By the eMSP, to the party that it has turned to."""
        return await self.emsp.call(method, module, Side.RECEIVER, *path, routing=Routing(), body=body)


FR, BE = str(CPO), str(OTHER)
