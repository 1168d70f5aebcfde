"""Our hub, with a CPO of 2.3.0 on one side and an eMSP of each version that the hub offers on the other."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from schemas.kinds import PartyId
from simulators.partner import Request, SimulatedPartner
from tests.conformance.far_side import FarSide
from tests.conformance.issuing import NOW
from tests.conformance.versions import V2, V3
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.lent import lent
from tests.platforms import CPO, HUB, Running, agree, connect, running_hub

EMSPS: Final[Mapping[str, PartyId]] = {V3: PartyId("NL", "MSP"), V2: PartyId("NL", "MS2")}


@dataclass(frozen=True, slots=True)
class Between:
    hub: Running
    cpo: FarSide
    emsps: Mapping[str, FarSide]

    async def kept(self, module: str) -> list[Any]:
        """What the operator is shown, in 2.3.0."""
        found = await asyncio.to_thread(self.hub.admin.get, f"/objects/{module}", limit="500")
        assert isinstance(found, list)
        return found

    async def arrived(self, version: str, module: str, named: str) -> list[Request]:
        """What came to the eMSP of that version about the object, once anything has."""
        partner = self.emsps[version].partner

        def about() -> list[Request]:
            return [each for each in partner.heard(module) if named in each.path or _is(each, named)]

        await eventually(about)
        return about()


@asynccontextmanager
async def between_on(mongo_url: str, folder: Path) -> AsyncIterator[Between]:
    async with (
        lent(mongo_url) as mongo,
        running_hub(mongo, ManualClock(NOW), folder) as hub,
        AsyncExitStack() as partners,
    ):
        cpo = await _partner(hub, partners, V3, "CPO", CPO)
        emsps = {each: await _partner(hub, partners, each, "EMSP", EMSPS[each]) for each in EMSPS}
        for emsp in emsps.values():
            await agree(hub, CPO, emsp.party)
        yield Between(hub, cpo, emsps)


async def _partner(
    hub: Running, partners: AsyncExitStack, version: str, role: str, party: PartyId
) -> FarSide:
    partner = await partners.enter_async_context(SimulatedPartner((role, party), versions=(version,)))
    await connect(hub, partner, f"{role.lower()}-{version}", role)
    return FarSide(partner, party, HUB)


def _is(request: Request, named: str) -> bool:
    """A bill comes to no address of its own."""
    return request.method == "POST" and bool(request.body) and request.json().get("id") == named
