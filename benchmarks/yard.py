"""An adapter in a process of its own, with thousands of stations, and what it is held against."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from benchmarks.processes import READY_WITHIN_S, a_child
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.demo.services import Process, free_ports
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests import build

KEY: Final = bytes.fromhex("00112233445566778899aabbccddeeff")
CPO, EMSP = PartyId("FR", "CPO"), PartyId("NL", "MSP")
_COLUMNS: Final = (
    "site_id,address,city,country,latitude,longitude,time_zone,station,key,evse,connector,standard,format,"
    "power_type,max_voltage,max_amperage"
)
_SITE: Final = "1 place de la Gare,Paris,FRA,48.85660,2.35220,Europe/Paris"
_PLUG: Final = "1,1,IEC_62196_T2,SOCKET,AC_3_PHASE,230,32"
_STATIONS_A_SITE: Final = 4


@dataclass(frozen=True, slots=True)
class Yard:
    """`url`, `bare` and `idle` end before the identity of a station."""

    url: str
    bare: str
    idle: str
    adapter: Process
    bare_pid: int

    @property
    def adapter_pid(self) -> int:
        return self.adapter.child.pid

    @asynccontextmanager
    async def lateness(self) -> AsyncIterator[list[float]]:
        """How late the adapter's loop was, as it says itself; filled when the context is left."""
        found: list[float] = []
        yield found
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            text = (await client.get(f"{self.adapter.admin_url}/metrics")).text
        told = [line for line in text.splitlines() if line.startswith("passerelle_loop_late_seconds")]
        found.extend(float(line.rpartition(" ")[2]) for line in told)


@asynccontextmanager
async def a_yard(folder: Path, mongo_url: str, stations: int) -> AsyncIterator[Yard]:
    """The adapter and its baseline on the first core; a partner has a card that may charge everywhere."""
    port, admin_port, stations_port, bare_port = free_ports(4)
    inventory = _written(folder, stations)
    environ = {
        **os.environ,
        "PASSERELLE_MONGO_URL": mongo_url,
        "PASSERELLE_DATA_FOLDER": str(folder),
        "PASSERELLE_ALLOW_PRIVATE": "true",
        "PASSERELLE_LOG_LEVEL": "WARNING",
        "CPO_DATABASE": f"benchmark_{folder.name}",
        "CPO_PARTY": str(CPO),
        "CPO_PORT": str(port),
        "CPO_ADMIN_PORT": str(admin_port),
        "CPO_STATIONS_PORT": str(stations_port),
        "CPO_INVENTORY": str(inventory),
    }
    with _on_first_core():
        adapter = Process.start("cpo", environ, folder)
    try:
        with _on_first_core(), a_child(folder, "bare_stations", str(bare_port)) as bare_pid:
            await asyncio.to_thread(adapter.wait_ready, READY_WITHIN_S)
            bare = f"http://127.0.0.1:{bare_port}"
            url = f"http://127.0.0.1:{stations_port}/ocpp"
            async with SimulatedPartner(("EMSP", EMSP)) as partner:
                await _registered(adapter, f"http://127.0.0.1:{port}/ocpi/versions", partner)
                yield Yard(url, f"{bare}/ocpp", f"{bare}/idle", adapter, bare_pid)
    finally:
        adapter.stop()


@contextmanager
def _on_first_core() -> Iterator[None]:
    """What is started inside stays there."""
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {0})
    try:
        yield
    finally:
        os.sched_setaffinity(0, ours)


def _written(folder: Path, stations: int) -> Path:
    folder.mkdir()
    inventory = folder / "stations.csv"
    inventory.write_text("\n".join([_COLUMNS, *_rows(stations)]))
    return inventory


def _rows(stations: int) -> Iterator[str]:
    for number in range(stations):
        site = f"SITE-{number // _STATIONS_A_SITE}"
        yield f"{site},{_SITE},CP-{number},{KEY.hex()},{_PLUG}"


async def _registered(adapter: Process, versions_url: str, partner: SimulatedPartner) -> None:
    admin = adapter.admin()
    invited = await asyncio.to_thread(
        admin.post, "/partners/invitations", {"name": "emsp", "roles": ["EMSP"]}
    )
    heard = await partner.register(versions_url, CredentialsToken(invited["token"]))
    if not heard.is_success:
        raise RuntimeError(f"the adapter refuses its partner: {heard.body!r}")
    await asyncio.to_thread(admin.post, "/agreements", {"cpo": str(CPO), "emsp": str(EMSP)})
    card = codec.dump(build.token(uid="CARD", whitelist="ALWAYS"))
    path = (EMSP.country_code, EMSP.party_id, "CARD")
    routing = Routing(to=CPO, sender=EMSP)
    await partner.call("PUT", "tokens", Side.RECEIVER, *path, routing=routing, body=card)
