"""One running issuer for every test of a file, and three CPOs that hear of its cards, one of each version.

A test takes a card that nobody had before it.
"""

import asyncio
import io
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from ocpi.process.clock import Clock, SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.contract_id import contract_id
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests.fakes.eventually import eventually, eventually_so
from tests.lent import lent
from tests.platforms import EMSP, Running, agree, connect, operate, running_emsp

SHARED_LOOP: Final = pytest.mark.asyncio(loop_scope="session")
VERSIONS: Final = ("2.3.0", "2.2.1", "2.1.1")
_CPOS: Final = (PartyId("FR", "CPO"), PartyId("FR", "CPB"), PartyId("FR", "CPC"))


@dataclass(frozen=True, slots=True)
class Issuer:
    emsp: Running
    cpos: list[SimulatedPartner]
    mongo: Mongo
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def fresh(self) -> tuple[str, str]:
        """A uid and a contract_id."""
        number = next(self.numbers)
        return f"04{number:08X}", contract_id(EMSP, f"C{number:08d}")

    async def ask(self, path: str, **wanted: Any) -> Any:
        return await operate(self.emsp, path, wanted)

    async def get(self, path: str, **query: str) -> Any:
        return await asyncio.to_thread(self.emsp.admin.get, path, **query)

    async def send(self, path: str, text: str, **asked: bool) -> Any:
        """What became of a file."""
        query = {name: str(value).lower() for name, value in asked.items()}

        def posted() -> Any:
            steps = self.emsp.admin.upload(path, io.BytesIO(text.encode()), file="cards.csv", **query)
            return list(steps)[-1]

        return await asyncio.to_thread(posted)

    async def settled(self) -> None:
        """Nothing is on its way to anybody."""

        async def is_empty() -> bool:
            return not await self.mongo.collection("outbox").find_one({})

        await eventually_so(is_empty)

    async def card(self, **more: Any) -> tuple[str, str]:
        """Given out, and known to every CPO."""
        uid, contract = self.fresh()
        await self.ask("/cards", uid=uid, contract_id=contract, **more)
        await self.all_heard(uid, valid=True)
        return uid, contract

    async def all_heard(self, uid: str, **fields: Any) -> None:
        """Wait until the last that each CPO received of the card says this."""
        await eventually(lambda: all(_says(self.last(cpo, uid), fields) for cpo in self.cpos))

    def last(self, cpo: SimulatedPartner, uid: str) -> Any:
        told = self.told(cpo, uid)
        return told[-1] if told else None

    def told(self, cpo: SimulatedPartner, uid: str) -> list[Any]:
        return [token for put in cpo.heard("tokens", "PUT") if (token := put.json())["uid"] == uid]

    def told_in_all(self) -> int:
        return sum(len(cpo.heard("tokens", "PUT")) for cpo in self.cpos)


def _says(token: Any, fields: dict[str, Any]) -> bool:
    return token is not None and all(token.get(name) == value for name, value in fields.items())


@asynccontextmanager
async def running_issuer(
    mongo_url: str, folder: Path, *, clock: Clock | None = None, **more: Any
) -> AsyncIterator[Issuer]:
    a, b, c = (
        SimulatedPartner(("CPO", party), versions=(version,))
        for party, version in zip(_CPOS, VERSIONS, strict=True)
    )
    async with (
        lent(mongo_url) as mongo,
        running_emsp(mongo, clock or SystemClock(), folder, **more) as emsp,
        a,
        b,
        c,
    ):
        for party, cpo in zip(_CPOS, (a, b, c), strict=True):
            await connect(emsp, cpo, f"cpo-{cpo.version}", "CPO")
            await agree(emsp, cpo=party)
        yield Issuer(emsp, [a, b, c], mongo)
