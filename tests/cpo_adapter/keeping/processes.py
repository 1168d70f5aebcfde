"""A CPO as an operator runs it: a process of its own, which may be killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession

from passerelle.admin_client import AdminClient
from passerelle.demo.services import Process
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.sessions.charging import KEY, STATIONS, TARIFFS
from tests.platforms import CPO, free_port


@dataclass(frozen=True, slots=True)
class CpoProcess:
    process: Process
    url: str
    stations: str
    session: ClientSession

    @property
    def versions_url(self) -> str:
        return f"{self.url}/ocpi/versions"

    @property
    def admin(self) -> AdminClient:
        return self.process.admin()

    def kill_and_restart(self) -> None:
        self.process.kill()
        self.process.restart()

    @asynccontextmanager
    async def station(self) -> AsyncIterator[RawStation]:
        """Connected, not booted: it was accepted once."""
        headers = basic(b"CP-1", bytes.fromhex(KEY))
        async with self.session.ws_connect(
            f"{self.stations}/CP-1", protocols=("ocpp1.6",), headers=headers
        ) as socket:
            yield RawStation(socket)


@asynccontextmanager
async def cpo_process(mongo_url: str, folder: Path, inventory: str = STATIONS) -> AsyncIterator[CpoProcess]:
    """Begun, not yet ready; ended on leaving."""
    (folder / "stations.toml").write_text(inventory)
    (folder / "tariffs.toml").write_text(TARIFFS)
    port, admin_port, stations_port = free_port(), free_port(), free_port()
    environ = {
        "PATH": "/usr/bin:/bin",
        "PASSERELLE_MONGO_URL": mongo_url,
        "PASSERELLE_DATA_FOLDER": str(folder),
        "PASSERELLE_ALLOW_PRIVATE": "true",
        "CPO_DATABASE": "cpo",
        "CPO_PARTY": str(CPO),
        "CPO_PORT": str(port),
        "CPO_ADMIN_PORT": str(admin_port),
        "CPO_STATIONS_PORT": str(stations_port),
        "CPO_INVENTORY": str(folder / "stations.toml"),
        "CPO_TARIFFS": str(folder / "tariffs.toml"),
        "CPO_JOURNAL_FOLDER": str(folder / "journal"),
    }
    process = Process.start("cpo", environ, folder)
    try:
        async with ClientSession() as session:
            stations = f"http://127.0.0.1:{stations_port}/ocpp"
            yield CpoProcess(process, f"http://127.0.0.1:{port}", stations, session)
    finally:
        await asyncio.to_thread(process.stop)
