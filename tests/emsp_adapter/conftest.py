"""An eMSP with three cards, and a CPO that it is connected to directly."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from simulators.partner import Heard, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.platforms import CPO, EMSP, Running, agree, connect, running_emsp

CARDS = """uid,contract_id,visual_number,whitelist,valid
04AA,NL-MSP-C1,0001,NEVER,true
04BB,NL-MSP-C2,0002,ALLOWED,true
04CC,NL-MSP-C3,0003,NEVER,false
"""


@dataclass(frozen=True, slots=True)
class Issuing:
    emsp: Running
    cpo: SimulatedPartner

    async def authorize(self, uid: str, body: Any = None, **query: str) -> Heard:
        routing = Routing(to=EMSP, sender=CPO)
        return await self.cpo.call(
            "POST", "tokens", Side.SENDER, uid, "authorize", routing=routing, body=body, query=query
        )

    async def push(self, method: str, module: str, *path: str, body: Any) -> Heard:
        routing = Routing(to=EMSP, sender=CPO)
        return await self.cpo.call(method, module, Side.RECEIVER, *path, routing=routing, body=body)


@pytest.fixture
async def issuing(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Issuing]:
    cards = tmp_path / "cards.csv"
    cards.write_text(CARDS)
    async with running_emsp(mongo, clock, tmp_path, cards) as emsp, SimulatedPartner(("CPO", CPO)) as cpo:
        await connect(emsp, cpo, "the-cpo", "CPO")
        await agree(emsp)
        yield Issuing(emsp, cpo)
