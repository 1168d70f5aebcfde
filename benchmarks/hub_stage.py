"""A hub in a process of its own with a CPO and an eMSP, and beside it the bare server it is held against."""

import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from yarl import URL

from benchmarks.keep_alive import request
from benchmarks.many_locations import settle
from ocpi.objects import selection
from ocpi.process.child import spawn_leashed
from ocpi.process.mongo import Mongo
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from passerelle.demo.services import Process, free_ports
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner

HUB, CPO, EMSP = PartyId("FR", "HUB"), PartyId("FR", "CPO"), PartyId("NL", "MSP")
_DATABASE: Final = "benchmark_hub"
READY_WITHIN_S: Final = 120.0
"""A machine that is measured may be busy."""


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
        return request("GET", url, _headers(self.emsp, Routing(to=HUB, sender=EMSP)))

    def push(self, url: str, body: bytes) -> bytes:
        """A request by the CPO of something for the eMSP."""
        return request("PUT", url, _headers(self.cpo, Routing(to=EMSP, sender=CPO)), body)


@asynccontextmanager
async def staged(folder: Path, mongo_url: str, locations: int) -> AsyncIterator[Stage]:
    """Everybody connected; what is pushed to the eMSP waits for it, since it is away.

    The Locations come when the agreement has been made, while the hub is down: it would tell them all.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    port, admin_port, bare_port = free_ports(3)
    with a_hub(folder, mongo_url, port, admin_port) as hub, _bare(folder, mongo_url, bare_port):
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
    mongo = await Mongo.connect(mongo_url, _DATABASE)
    await mongo.collection(selection.COLLECTION).drop()
    await settle(mongo, CPO, locations, now)
    mongo.close()


@contextmanager
def a_hub(folder: Path, mongo_url: str, port: int, admin_port: int) -> Iterator[Process]:
    environ = {
        **os.environ,
        "PASSERELLE_MONGO_URL": mongo_url,
        "PASSERELLE_DATA_FOLDER": str(folder),
        "PASSERELLE_ALLOW_PRIVATE": "true",
        "HUB_PORT": str(port),
        "HUB_ADMIN_PORT": str(admin_port),
        "HUB_DATABASE": _DATABASE,
        "HUB_PARTY": str(HUB),
    }
    hub = Process.start("hub", environ, folder)
    try:
        hub.wait_ready(READY_WITHIN_S)
        yield hub
    finally:
        hub.stop()


@contextmanager
def _bare(folder: Path, mongo_url: str, port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.bare_server", str(port), mongo_url, _DATABASE]
    with (folder / "bare.log").open("ab") as log:
        child = spawn_leashed(command, output=log, environ=os.environ)
    try:
        yield
    finally:
        child.kill()
        child.wait()


async def register(hub: Process, versions_url: str, partner: SimulatedPartner, role: str) -> None:
    invited = hub.admin().post("/partners/invitations", {"name": role.lower(), "roles": [role]})
    heard = await partner.register(versions_url, CredentialsToken(invited["token"]))
    if not heard.is_success:
        raise RuntimeError(f"the hub refuses the {role}: {heard.body!r}")


def _headers(partner: SimulatedPartner, routing: Routing) -> Mapping[str, str]:
    if partner.their_token is None:
        raise RuntimeError("the partner is not registered")
    shown = {"Authorization": partner.their_token.header(), "Content-Type": "application/json"}
    return {**shown, **MessageIds.fresh().write(), **routing.write()}
