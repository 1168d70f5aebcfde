"""One eMSP for every test of a file, as two processes on one database, and CPOs of three versions.

A test takes a card that nobody had before it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.sessions import Session
from simulators.partner import Heard, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.lent import lent
from tests.ocpi.client.connected import told_in
from tests.platforms import EMSP, Running, agree, connect, operate, running_emsp

SHARED_LOOP: Final = pytest.mark.asyncio(loop_scope="session")
"""Of every file that uses an office: it lives longer than a test."""
PARTIES: Final = {"2.3.0": PartyId("FR", "C23"), "2.2.1": PartyId("FR", "C22"), "2.1.1": PartyId("FR", "C21")}
VERSIONS: Final = tuple(PARTIES)
PARIS: Final = {"latitude": "48.856600", "longitude": "2.352200"}
LYON: Final = {"latitude": "45.764000", "longitude": "4.835700"}


@dataclass(frozen=True, slots=True)
class Desk:
    """A CPO with a place, and its questions."""

    cpo: SimulatedPartner
    party: PartyId
    emsp: Running

    async def ask(self, uid: str, location_id: str | None = None, *evse_uids: str, **query: str) -> Heard:
        at = {"location_id": location_id, **({"evse_uids": list(evse_uids)} if evse_uids else {})}
        return await self.cpo.call(
            "POST",
            "tokens",
            Side.SENDER,
            uid,
            "authorize",
            routing=self._routing,
            body=at if location_id else None,
            query=query,
        )

    async def said(self, uid: str, *where: str) -> str:
        heard = await self.ask(uid, *where)
        assert (heard.http, heard.status) == (200, 1000), heard.body
        return str(heard.data["allowed"])

    async def tell(self, location_id: str, **changes: Any) -> None:
        location = build.location(id=location_id, **self._owner, **changes)
        await self._push("PUT", "locations", self._told(Location, location), location_id)

    async def tell_session(self, session_id: str, card: "Holder", **changes: Any) -> None:
        session = build.session(id=session_id, cdr_token=card.cdr_token, **self._owner, **changes)
        await self._push("PUT", "sessions", self._told(Session, session), session_id)

    async def bill(self, cdr_id: str, card: "Holder", **changes: Any) -> None:
        bill = build.cdr(id=cdr_id, cdr_token=card.cdr_token, **self._owner, **changes)
        body = self._told(CDR, bill)
        heard = await self.cpo.call("POST", "cdrs", Side.RECEIVER, routing=self._routing, body=body)
        assert heard.is_success, heard.body

    def _told(self, kind: type[OcpiModel], model: OcpiModel) -> dict[str, Any]:
        place = build.location(**self._owner)
        context = Context(owner=self.party, counterpart=EMSP, location=place)
        return told_in(self.cpo.version, kind, model, context)

    async def _push(self, method: str, module: str, body: Any, object_id: str) -> None:
        path = (self.party.country_code, self.party.party_id, object_id)
        heard = await self.cpo.call(method, module, Side.RECEIVER, *path, routing=self._routing, body=body)
        assert heard.is_success, heard.body

    @property
    def _owner(self) -> dict[str, str]:
        return {"country_code": self.party.country_code, "party_id": self.party.party_id}

    @property
    def _routing(self) -> Routing:
        return Routing() if self.cpo.version == "2.1.1" else Routing(to=EMSP, sender=self.party)


@dataclass(frozen=True, slots=True)
class Holder:
    uid: str
    contract_id: str

    @property
    def cdr_token(self) -> dict[str, str]:
        return {**build.EMSP, "uid": self.uid, "type": "RFID", "contract_id": self.contract_id}


@dataclass(frozen=True, slots=True)
class Office:
    """`other` is the second process."""

    emsp: Running
    other: Running
    cpos: dict[str, SimulatedPartner]
    clock: ManualClock
    numbers: Iterator[int]

    def desk(self, version: str = "2.3.0") -> Desk:
        return Desk(self.cpos[version], PARTIES[version], self.emsp)

    @contextmanager
    def at_the_other(self) -> Iterator[None]:
        """Questions in 2.3.0 go to the second process meanwhile."""
        endpoints = self.cpos["2.3.0"].endpoints
        here = endpoints["tokens", Side.SENDER]
        endpoints["tokens", Side.SENDER] = here.replace(self.emsp.url, self.other.url)
        try:
            yield
        finally:
            endpoints["tokens", Side.SENDER] = here

    async def holder(self, state: str = "ACTIVE", language: str | None = None, **limits: Any) -> Holder:
        """A new card and its contract, made as the back office makes them."""
        number = next(self.numbers)
        holder = Holder(f"04F{number:05}", f"NL-MSP-C{number:08}")
        await self.agree_with(holder, language=language, **limits)
        await self.put_card(holder)
        if state != "ACTIVE":
            act = {"BLOCKED": "block", "ENDED": "end"}[state]
            await self.do(f"/contracts/{act}", contract_id=holder.contract_id)
        return holder

    async def agree_with(self, holder: Holder, language: str | None = None, **limits: Any) -> None:
        named = {"contract_id": holder.contract_id, "limits": limits}
        await self.do("/contracts", **named, **({"language": language} if language else {}))

    async def put_card(self, holder: Holder, **changes: Any) -> None:
        await self.do("/cards", **{"uid": holder.uid, "contract_id": holder.contract_id, **changes})

    async def do(self, path: str, **body: Any) -> Any:
        return await operate(self.emsp, path, body)

    async def read(self, path: str, **query: str) -> Any:
        return await asyncio.to_thread(self.emsp.admin.get, path, **query)

    async def answers(self, holder: Holder, **query: str) -> list[Any]:
        """As the back office sees them, the newest first."""
        listed = await self.read("/authorizations/answers", contract_id=holder.contract_id, **query)
        return list(listed)


@asynccontextmanager
async def running_office(mongo_url: str, folder: Path, **more: Any) -> AsyncIterator[Office]:
    """`more` are settings."""
    clock = ManualClock()
    async with lent(mongo_url) as mongo, AsyncExitStack() as stack:
        emsp = await stack.enter_async_context(running_emsp(mongo, clock, folder, **more))
        other = await stack.enter_async_context(running_emsp(mongo, clock, folder, **more))
        cpos = {}
        for version, party in PARTIES.items():
            cpo = await stack.enter_async_context(SimulatedPartner(("CPO", party), versions=(version,)))
            await connect(emsp, cpo, f"cpo-of-{version}", "CPO")
            await agree(emsp, party)
            cpos[version] = cpo
        await other.foundation.directory.refresh()
        yield Office(emsp, other, cpos, clock, count(1))
