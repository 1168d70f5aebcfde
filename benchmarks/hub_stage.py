"""A hub in a process of its own with a CPO and an eMSP, and beside it the bare server it is held against."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from yarl import URL

from benchmarks.keep_alive import request
from benchmarks.many_locations import settle
from benchmarks.processes import READY_WITHIN_S, a_child, a_hub, register, shown_by
from ocpi.objects import selection
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.demo.services import Process, free_ports
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner

HUB, CPO, EMSP = PartyId("FR", "HUB"), PartyId("FR", "CPO"), PartyId("NL", "MSP")
DATABASE: Final = "benchmark_hub"


@dataclass(frozen=True, slots=True)
class Stage:
    """`now` is when the benchmark began."""

    hub: Process
    hub_url: str
    bare_url: str
    cpo: SimulatedPartner
    emsp: SimulatedPartner
    now: datetime

    def locations(self, **query: str) -> str:
        return str(URL(self.emsp.endpoints["locations", Side.SENDER]).with_query(query))

    def session(self, name: str) -> str:
        return f"{self.cpo.endpoints['sessions', Side.RECEIVER]}/{CPO.country_code}/{CPO.party_id}/{name}"

    def pull(self, url: str) -> bytes:
        """A request by the eMSP of what the hub has for it."""
        return request("GET", url, shown_by(self.emsp, Routing(to=HUB, sender=EMSP)))

    def push(self, url: str, body: bytes) -> bytes:
        """A request by the CPO of something for the eMSP."""
        return request("PUT", url, shown_by(self.cpo, Routing(to=EMSP, sender=CPO)), body)


@asynccontextmanager
async def staged(folder: Path, mongo_url: str, locations: int) -> AsyncIterator[Stage]:
    """Everybody connected; what is pushed to the eMSP waits for it, since it is away.

    The Locations come when the agreement has been made, while the hub is down: it would tell them all.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    port, admin_port, bare_port = free_ports(3)
    with (
        a_hub(folder, mongo_url, (port, admin_port), HUB, DATABASE) as hub,
        a_child(folder, "bare_server", str(bare_port), mongo_url, DATABASE),
    ):
        async with SimulatedPartner(("CPO", CPO)) as cpo, SimulatedPartner(("EMSP", EMSP)) as emsp:
            url = f"http://127.0.0.1:{port}"
            await register(hub, f"{url}/ocpi/versions", cpo, "CPO")
            await register(hub, f"{url}/ocpi/versions", emsp, "EMSP")
            emsp.is_online = False
            hub.admin().post("/agreements", {"cpo": str(CPO), "emsp": str(EMSP)})
            hub.stop()
            await _fill(mongo_url, locations, now)
            hub.restart()
            hub.wait_ready(READY_WITHIN_S)
            yield Stage(hub, url, f"http://127.0.0.1:{bare_port}", cpo, emsp, now)


async def _fill(mongo_url: str, locations: int, now: datetime) -> None:
    mongo = await Mongo.connect(mongo_url, DATABASE)
    await mongo.collection(selection.COLLECTION).drop()
    await settle(mongo, CPO, locations, now)
    mongo.close()
