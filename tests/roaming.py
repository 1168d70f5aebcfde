"""A hub with one CPO and one eMSP, registered and in agreement."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocpi.process.clock import Clock
from ocpi.process.mongo import Document, Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from simulators.partner import Heard, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.platforms import CPO, EMSP, HUB, Running, agree, connect, running_hub


@dataclass(frozen=True, slots=True)
class Roaming:
    hub: Running
    cpo: SimulatedPartner
    emsp: SimulatedPartner

    async def push(
        self, module: str, *path: str, body: Any = None, to: PartyId | None = HUB, method: str = "PUT"
    ) -> Heard:
        """From the CPO to the receiver side of a module."""
        data = codec.dump(body) if isinstance(body, OcpiModel) else body
        routing = Routing(to=to, sender=CPO)
        return await self.cpo.call(method, module, Side.RECEIVER, *path, routing=routing, body=data)

    async def pull(self, module: str, *path: str, to: PartyId | None = HUB, **query: str) -> Heard:
        """By the eMSP from the sender side of a module."""
        routing = Routing(to=to, sender=EMSP)
        return await self.emsp.call("GET", module, Side.SENDER, *path, routing=routing, query=query)

    async def authorize(self, uid: str, to: PartyId | None = None, **more: Any) -> Heard:
        """By the CPO, in real time."""
        routing = Routing(to=to, sender=CPO)
        return await self.cpo.call(
            "POST", "tokens", Side.SENDER, uid, "authorize", routing=routing, body=b"{}", **more
        )

    async def later(self, **time: float) -> None:
        """So much later, with everything done that was due by then."""
        clock = self.hub.foundation.clock
        assert isinstance(clock, ManualClock)
        await clock.advance(**time)
        await self.looked()

    async def stroll(self, *, minutes: float) -> None:
        """As `later`, in strides: for minutes in which nothing depends on the second."""
        clock = self.hub.foundation.clock
        assert isinstance(clock, ManualClock)
        await clock.stroll(minutes=minutes)
        await self.looked()

    async def much_later(self, **time: float) -> None:
        """All at once, for waits of an hour and more."""
        clock = self.hub.foundation.clock
        assert isinstance(clock, ManualClock)
        await clock.leap(**time)
        await self.looked()

    async def looked(self) -> None:
        await self.hub.foundation.delivery.mark()  # nothing new: only to have it look now
        await asyncio.sleep(0.1)

    async def marks(self) -> list[Document]:
        return await self.hub.foundation.outbox.listed(1000)

    async def until_nothing_due(self, *, stride_s: float = 10) -> None:
        """Time goes on, in strides, for as long as something waits for it."""

        async def is_over() -> bool:
            await self.much_later(seconds=stride_s)
            return await self.nothing_due()

        await eventually_so(is_over)

    async def nothing_due(self) -> bool:
        return await self.hub.foundation.outbox.waiting() == 0


@asynccontextmanager
async def roaming_on(
    mongo: Mongo,
    clock: Clock,
    folder: Path,
    *,
    cpo_speaks: str = "2.3.0",
    emsp_speaks: str = "2.3.0",
    **settings: Any,
) -> AsyncIterator[Roaming]:
    """`settings` are the hub's own."""
    async with (
        running_hub(mongo, clock, folder, **settings) as hub,
        SimulatedPartner(("CPO", CPO), versions=(cpo_speaks,)) as cpo,
        SimulatedPartner(("EMSP", EMSP), versions=(emsp_speaks,)) as emsp,
    ):
        await connect(hub, cpo, "the-cpo", "CPO")
        await connect(hub, emsp, "the-emsp", "EMSP")
        await agree(hub)
        yield Roaming(hub, cpo, emsp)
