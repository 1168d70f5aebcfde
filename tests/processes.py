"""Services as an operator runs them: processes of their own, on free ports, perhaps on one database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from passerelle.admin_client import AdminClient, trusted
from passerelle.demo.services import Process, ServiceFailed
from tests.platforms import CPO, HUB, free_port

_PATIENCE: Final = 2


@dataclass(frozen=True, slots=True)
class ServiceProcess:
    """`address` is where this one listens, `url` what partners are told."""

    process: Process
    port: int
    url: str
    stations_port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin(self) -> AdminClient:
        return self.process.admin()

    @property
    def versions_url(self) -> str:
        return f"{self.url}/ocpi/versions"

    def wait_ready(self) -> None:
        """For a good while: a test machine has a lot to do. Raises ServiceFailed."""
        for _ in range(_PATIENCE):
            with suppress(ServiceFailed):
                return self.process.wait_ready()
            if self.process.child.poll() is not None:
                break
        return self.process.wait_ready()

    def health(self) -> dict[str, Any]:
        told: dict[str, Any] = self._asked("/readyz").json()
        return told

    def numbers(self) -> dict[str, float]:
        """The metrics by name and labels, as they are written."""
        text = self._asked("/metrics").text
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}

    def _asked(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.process.admin_url}{path}", trust_env=False, verify=trusted())

    def told(self) -> Sequence[str]:
        """What it has told whoever started it, beside its log."""
        return [line for line in self.process.log.read_text().splitlines() if not line.startswith("{")]


HubProcess = ServiceProcess


@contextmanager
def cpo_process(mongo_url: str, database: str, folder: Path, **settings: object) -> Iterator[ServiceProcess]:
    """As `hub_process`."""
    port, admin_port, stations_port = free_port(), free_port(), free_port()
    address = f"http://127.0.0.1:{port}"
    environ = {
        "PATH": "/usr/bin:/bin",
        "PASSERELLE_MONGO_URL": mongo_url,
        "PASSERELLE_DATA_FOLDER": str(folder),
        "PASSERELLE_ALLOW_PRIVATE": "true",
        "CPO_DATABASE": database,
        "CPO_PARTY": str(CPO),
        "CPO_PORT": str(port),
        "CPO_ADMIN_PORT": str(admin_port),
        "CPO_STATIONS_PORT": str(stations_port),
        **{f"CPO_{name.upper()}": str(value) for name, value in settings.items()},
    }
    process = Process.start("cpo", environ, folder)
    try:
        yield ServiceProcess(process, port, address, stations_port)
    finally:
        process.stop()


@contextmanager
def hub_process(
    mongo_url: str, database: str, folder: Path, *, url: str | None = None, **settings: object
) -> Iterator[HubProcess]:
    """Begun, not yet ready; ended on leaving. Two with one folder and database are one hub with one log."""
    port, admin_port = free_port(), free_port()
    address = f"http://127.0.0.1:{port}"
    environ = {
        "PATH": "/usr/bin:/bin",
        "PASSERELLE_MONGO_URL": mongo_url,
        "PASSERELLE_DATA_FOLDER": str(folder),
        "PASSERELLE_ALLOW_PRIVATE": "true",
        "HUB_DATABASE": database,
        "HUB_PARTY": str(HUB),
        "HUB_PORT": str(port),
        "HUB_ADMIN_PORT": str(admin_port),
        "HUB_PUBLIC_URL": url or address,
        **{f"HUB_{name.upper()}": str(value) for name, value in settings.items()},
    }
    process = Process.start("hub", environ, folder)
    try:
        yield HubProcess(process, port, url or address)
    finally:
        process.stop()
