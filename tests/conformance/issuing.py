"""Our eMSP adapter, with a CPO of each version before it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests.conformance.far_side import FarSide
from tests.conformance.versions import V1, V2, V3
from tests.fakes.clock import ManualClock
from tests.lent import lent
from tests.platforms import EMSP, Running, agree, connect, running_emsp

NOW = datetime(2026, 3, 2, tzinfo=UTC)
CPOS: Mapping[str, PartyId] = {V3: PartyId("FR", "CPO"), V2: PartyId("FR", "CP2"), V1: PartyId("FR", "CP1")}

CARDS = """uid,contract_id,visual_number,whitelist,valid,type
04AA,NL-MSP-C1,0001,NEVER,true,RFID
04BB,NL-MSP-C2,0002,ALLOWED,true,RFID
04CC,NL-MSP-C3,0003,NEVER,false,RFID
APP1,NL-MSP-C4,,NEVER,true,APP_USER
NL-MSP-C5,NL-MSP-C5,,NEVER,true,EMAID
04E2A1B2C3,NL-MSP-C12345678-X,,ALLOWED,true,RFID
"""


@dataclass(frozen=True, slots=True)
class Issuing:
    emsp: Running
    cpos: Mapping[str, FarSide]
    clock: ManualClock

    def cpo(self, version: str) -> FarSide:
        return self.cpos[version]

    async def kept(self, module: str) -> list[Any]:
        """What the operator is shown, in 2.3.0."""
        found = await asyncio.to_thread(self.emsp.admin.get, f"/objects/{module}", limit="500")
        assert isinstance(found, list)
        return found

    async def verdict(self, cdr_id: str, cpo: FarSide) -> Any:
        """What the audit said of a bill."""
        verdicts = await asyncio.to_thread(self.emsp.admin.get, "/verdicts")
        (found,) = [each for each in verdicts if (each["cdr"], each["cpo"]) == (cdr_id, str(cpo.party))]
        return found


@asynccontextmanager
async def issuing_on(mongo_url: str, folder: Path) -> AsyncIterator[Issuing]:
    clock = ManualClock(NOW)
    cards = folder / "cards.csv"
    cards.write_text(CARDS)
    async with (
        lent(mongo_url) as mongo,
        running_emsp(mongo, clock, folder, cards) as emsp,
        AsyncExitStack() as cpos,
    ):
        far = {version: await cpo_of(emsp, version, cpos) for version in CPOS}
        yield Issuing(emsp, far, clock)


async def cpo_of(emsp: Running, version: str, cpos: AsyncExitStack) -> FarSide:
    party = CPOS[version]
    partner = await cpos.enter_async_context(SimulatedPartner(("CPO", party), versions=(version,)))
    await connect(emsp, partner, f"cpo-{version}", "CPO")
    await agree(emsp, party, EMSP)
    return FarSide(partner, party, EMSP)
