"""The three services as separate processes, with ports and folders of their own.

Nothing is shared but the database server; what they know of each other they learn over HTTP.
"""

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import httpx

from ocpi.process.child import spawn_leashed
from ocpi.process.clock import SystemClock
from ocpi.process.failures import StartFailed
from ocpi.process.mongo import Mongo
from ocpi.service.key_files import read_secret
from passerelle.admin_client import AdminClient, trusted

READY_WITHIN_S: Final = 60.0
STOP_WITHIN_S: Final = 12.0
_LAST_LINES: Final = 12
_PORTS: Final = range(10_000, 14_000)


class ServiceFailed(StartFailed):
    """A service of the demo did not come up; the text ends with the end of its log."""


@dataclass(slots=True)
class Process:
    """A running service. `kill` and `restart` are for whoever wants to see what is lost: nothing."""

    name: str
    environ: Mapping[str, str]
    log: Path
    admin_url: str
    key_file: Path
    child: "subprocess.Popen[bytes]"

    @classmethod
    def start(cls, name: str, environ: Mapping[str, str], folder: Path) -> Self:
        log = folder / f"{name}.log"
        prefix = name.upper()
        admin_url = f"http://127.0.0.1:{environ[f'{prefix}_ADMIN_PORT']}"
        key_file = folder / environ[f"{prefix}_DATABASE"] / "operator.key"
        return cls(name, environ, log, admin_url, key_file, _spawn(name, environ, log))

    def admin(self) -> AdminClient:
        return AdminClient(self.admin_url, read_secret(self.key_file), SystemClock())

    def wait_ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Raises ServiceFailed."""
        deadline = SystemClock().monotonic() + within_s
        while SystemClock().monotonic() < deadline:
            if self.child.poll() is not None:
                raise ServiceFailed(f"the {self.name} ended at once:\n{_last_words(self.log)}")
            if self._is_ready():
                return
            time.sleep(0.05)
        raise ServiceFailed(f"the {self.name} is not ready after {within_s:.0f} s:\n{_last_words(self.log)}")

    def kill(self) -> None:
        """As a crash does it."""
        self.child.kill()
        self.child.wait()

    def restart(self) -> None:
        self.child = _spawn(self.name, self.environ, self.log)

    def stop(self) -> None:
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def _is_ready(self) -> bool:
        try:
            url = f"{self.admin_url}/readyz"
            return httpx.get(url, timeout=2, trust_env=False, verify=trusted()).is_success
        except httpx.HTTPError:
            return False


@dataclass(frozen=True, slots=True)
class Ports:
    hub: int
    hub_admin: int
    cpo: int
    cpo_admin: int
    stations: int
    emsp: int
    emsp_admin: int
    emsp_api: int


@dataclass(frozen=True, slots=True)
class Services:
    hub: Process
    cpo: Process
    emsp: Process
    ports: Ports
    folder: Path

    def all(self) -> tuple[Process, Process, Process]:
        return self.hub, self.cpo, self.emsp


@contextmanager
def running_services(folder: Path, mongo_url: str, files: Mapping[str, Path]) -> Iterator[Services]:
    """All three, ready; stopped on leaving, however that comes. `files` by the setting that names them."""
    ports = Ports(*free_ports(8))
    shared = {
        **{name: value for name, value in os.environ.items() if not name.startswith(_PREFIXES)},
        "PASSERELLE_MONGO_URL": mongo_url,
        "PASSERELLE_DATA_FOLDER": str(folder),
        "PASSERELLE_ALLOW_PRIVATE": "true",
    }
    with ExitStack() as stack:
        started = []
        for name, own in _own_settings(ports, f"demo_{secrets.token_hex(4)}").items():
            theirs = {key: str(file) for key, file in files.items() if key.startswith(f"{name.upper()}_")}
            stack.callback(_drop, mongo_url, own[f"{name.upper()}_DATABASE"])
            process = Process.start(name, {**shared, **own, **theirs}, folder)
            stack.callback(process.stop)
            started.append(process)
        for process in started:
            process.wait_ready()
        hub, cpo, emsp = started
        yield Services(hub, cpo, emsp, ports, folder)


def _drop(mongo_url: str, database: str) -> None:
    """The demo may run on a database server that is somebody's: it takes its own databases with it."""

    async def drop() -> None:
        mongo = await Mongo.connect(mongo_url, database)
        await mongo.drop()
        mongo.close()

    asyncio.run(drop())


_PREFIXES: Final = ("HUB_", "CPO_", "EMSP_", "PASSERELLE_")


def _own_settings(ports: Ports, databases: str) -> dict[str, dict[str, str]]:
    """By service; `databases` begins the names of theirs."""
    numbers = {
        "hub": {"PORT": ports.hub, "ADMIN_PORT": ports.hub_admin},
        "cpo": {"PORT": ports.cpo, "ADMIN_PORT": ports.cpo_admin, "STATIONS_PORT": ports.stations},
        "emsp": {"PORT": ports.emsp, "ADMIN_PORT": ports.emsp_admin, "API_PORT": ports.emsp_api},
    }
    return {
        name: {
            f"{name.upper()}_DATABASE": f"{databases}_{name}",
            **{f"{name.upper()}_{setting}": str(port) for setting, port in theirs.items()},
        }
        for name, theirs in numbers.items()
    }


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, all different.

    Below those that outgoing connections are given: one of these would take it before the service does.
    """
    with ExitStack() as stack:
        probes = [stack.enter_context(_bound()) for _ in range(count)]
        return [int(probe.getsockname()[1]) for probe in probes]


def _bound() -> socket.socket:
    while True:
        probe = socket.socket()
        try:
            probe.bind(("127.0.0.1", _PORTS.start + secrets.randbelow(len(_PORTS))))
        except OSError:
            probe.close()
        else:
            return probe


def _spawn(name: str, environ: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Ctrl-C reaches the demo alone, which then stops the services in order; none outlives it."""
    with log.open("ab") as out:
        return spawn_leashed([sys.executable, "-m", "passerelle", name], output=out, environ=environ)


def _last_words(log: Path) -> str:
    """The end of its log: the folder goes with the demo."""
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join(lines[-_LAST_LINES:]) if lines else "it said nothing"
