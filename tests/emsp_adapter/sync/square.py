"""One running eMSP for every test of a file, and CPOs of any version that come and go.

Each test brings CPOs that nobody knew before it. Time moves for all of them together.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from ocpi.objects.record import Record
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.base import OcpiModel
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.sessions import Session
from schemas.v2_3_0.tariffs import Tariff
from simulators.partner import Heard, Request, SimulatedPartner
from simulators.shelves import Listed
from tests import build
from tests.emsp_adapter.conftest import CARDS
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.lent import lent
from tests.ocpi.client.connected import told_in
from tests.platforms import EMSP, Running, agree, connect, operate, running_emsp

SHARED_LOOP: Final = pytest.mark.asyncio(loop_scope="session")
"""Of every file that uses a square: it lives longer than a test."""

START: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
MODULES: Final = ("locations", "tariffs", "sessions", "cdrs")
_KINDS: Final[dict[str, tuple[ObjectKind, type[OcpiModel], Any]]] = {
    "locations": (ObjectKind.LOCATION, Location, build.location),
    "tariffs": (ObjectKind.TARIFF, Tariff, build.tariff),
    "sessions": (ObjectKind.SESSION, Session, build.session),
    "cdrs": (ObjectKind.CDR, CDR, build.cdr),
}


@dataclass
class Network:
    """A CPO as the eMSP deals with it, directly or through the hub that `far` then is."""

    party: PartyId
    far: SimulatedPartner
    square: "Square"
    shelves: dict[str, Listed] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"the-{self.party.party_id}"

    def lists(self, module: str, *changes: dict[str, Any], at_most: int = 2) -> Listed:
        """Valid objects of this CPO in its version, from now on; each changed in what matters."""
        listed = [self.wire(module, **each) for each in changes]
        self.shelves[module] = self.far.publishes(module, listed, at_most=at_most)
        return self.shelves[module]

    def wire(self, module: str, **changes: Any) -> dict[str, Any]:
        _, model, make = _KINDS[module]
        own = {"country_code": self.party.country_code, "party_id": self.party.party_id}
        context = Context(owner=self.party, counterpart=EMSP, location=build.location(**own))
        return told_in(self.far.version, model, make(**{**own, **changes}), context)

    async def held(self, module: str, object_id: str) -> Record | None:
        key = ObjectKey(_KINDS[module][0], self.party, object_id)
        return await self.square.emsp.foundation.store.get(key)

    async def holds(self, module: str, object_id: str) -> bool:
        return await self.held(module, object_id) is not None

    def asked(self, module: str) -> list[Request]:
        """First pages of lists, in order."""
        lists = self.far.heard(module, "GET")
        return [each for each in lists if each.side is Side.SENDER and "offset" not in each.query]

    def windows(self, module: str) -> list[str | None]:
        """Since when objects were asked for."""
        return [each.query.get("date_from") for each in self.asked(module)]

    async def push(self, module: str, **changes: Any) -> Heard:
        """Of a version that names the CPO in its objects."""
        body = self.wire(module, **changes)
        routing = Routing(to=EMSP, sender=self.party)
        if module == "cdrs":
            return await self.far.call("POST", module, Side.RECEIVER, routing=routing, body=body)
        path = (self.party.country_code, self.party.party_id, body["id"])
        return await self.far.call("PUT", module, Side.RECEIVER, *path, routing=routing, body=body)

    async def calls(self) -> None:
        """Something that tells nothing but that it is there."""
        routing = Routing(to=EMSP, sender=self.party)
        heard = await self.far.call("GET", "tokens", Side.SENDER, routing=routing)
        assert heard.is_success, heard.body

    async def state(self, module: str) -> Any:
        """As the operator sees it; None before the first fetch."""
        listed = await self.square.read("/sync")
        return next((e for e in listed if (e["cpo"], e["module"]) == (str(self.party), module)), None)

    async def is_fetched(self, module: str, times: int = 1) -> bool:
        """So many lists were begun, and the last one is over."""
        state = await self.state(module)
        is_over = state is not None and state["began_at"] is None
        return (
            is_over and bool(state["failed_at"] or not state["wanted"]) and len(self.asked(module)) >= times
        )

    async def settled(self, *modules: str, times: int = 1) -> None:
        for module in modules or MODULES:
            await eventually_so(partial(self.is_fetched, module, times))

    async def fetch(self, module: str, *, all_: bool = False) -> Any:
        """As the operator asks; the state afterwards."""
        times = len(self.asked(module)) + 1
        wanted = {"cpo": str(self.party), "module": module, "all": all_}
        await operate(self.square.emsp, "/sync", wanted)
        await self.settled(module, times=times)
        return await self.state(module)

    async def gaps(self, **query: str) -> list[Any]:
        listed = await self.square.read("/gaps", **query)
        return [each for each in listed if each["cpo"] == str(self.party)]


@dataclass
class Square:
    emsp: Running
    clock: ManualClock
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(10))

    async def read(self, path: str, **query: str) -> Any:
        return await asyncio.to_thread(self.emsp.admin.get, path, **query)

    @asynccontextmanager
    async def network(
        self,
        version: str = "2.3.0",
        *,
        through_hub: bool = False,
        is_agreed: bool = True,
        without: str | None = None,
    ) -> AsyncIterator[Network]:
        """New here; forgotten when it goes, so that nobody waits for it any more."""
        number = next(self.numbers)
        party, hub = PartyId("FR", f"C{number}"), PartyId("DE", f"H{number}") if through_hub else None
        roles = ("HUB", "CPO") if through_hub else ("CPO",)
        async with SimulatedPartner(("CPO", party), versions=(version,), hub_party=hub) as far:
            far.endpoints_offered = [each for each in far.offered() if each["identifier"] != without]
            network = Network(party, far, self)
            for module in MODULES:
                network.lists(module)
            await connect(self.emsp, far, network.name, *roles)
            if is_agreed:
                await agree(self.emsp, cpo=party)
                await network.settled(*(each for each in MODULES if each != without))
            yield network
            yesterday = str((self.clock.now() - timedelta(days=1)).date())
            pair = {"cpo": str(party), "emsp": str(EMSP)}
            await operate(self.emsp, "/agreements/end", {**pair, "last_day": yesterday})
            await asyncio.to_thread(self.emsp.admin.delete, f"/partners/{network.name}")

    async def later(self, *, hours: float = 0, minutes: float = 0) -> None:
        """Hours, and a minute more: who was at work when time moved looks after that."""
        if hours:
            await self.clock.leap(hours=hours)
        await self.clock.leap(minutes=minutes or 1)


@asynccontextmanager
async def running_square(mongo_url: str, folder: Path) -> AsyncIterator[Square]:
    cards = folder / "cards.csv"
    cards.write_text(CARDS)
    clock = ManualClock(START)
    async with lent(mongo_url) as mongo, running_emsp(mongo, clock, folder, cards, sync=True) as emsp:
        yield Square(emsp, clock)


def ids(listed: Sequence[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in listed]
