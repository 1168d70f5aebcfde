"""Hubs as processes of their own that can be killed, stopped, woken and begun again on the same data."""

import asyncio
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

from aiohttp import ClientError, ClientSession

from ocpi.process.child import spawn_leashed
from ocpi.process.clock import SystemClock
from ocpi.service.key_files import read_secret
from passerelle.admin_client import AdminClient
from tests.faults.doom import Doom
from tests.faults.forms import form
from tests.platforms import HUB, free_port

READY_WITHIN_S: Final = form(60.0, 300.0)
"""In full form a service may have thousands of stations to learn, beside others that are hard at work."""
_LAST_LINES: Final = 20


class Nursery:
    """Where hub processes come from."""

    def __init__(self, orders: socket.socket) -> None:
        self._lines = orders.makefile("rw")

    def spawn(self, order: dict[str, Any]) -> int:
        self._lines.write(json.dumps(order) + "\n")
        self._lines.flush()
        return int(self._lines.readline())


@contextmanager
def open_nursery(folder: Path) -> Iterator[Nursery]:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "tests.faults.nursery", str(theirs.fileno())]
    with ours, theirs, (folder / "nursery.log").open("ab") as log:
        process = spawn_leashed(command, output=log, keep_open=[theirs.fileno()], environ=os.environ)
        theirs.close()
        try:
            yield Nursery(ours)
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True)
class Usage:
    memory_mb: float
    open_files: int


@dataclass(slots=True)
class HubProcess:
    """One of the hubs on a database, perhaps `beside` the one that partners know; as often begun as told.

    Its clock is the machine's, unless it is set ahead or back, which may happen while it runs.
    """

    service: ClassVar[str] = "hub"
    nursery: Nursery
    database: str
    mongo_url: str
    folder: Path
    beside: "HubProcess | None" = None
    port: int = field(default_factory=free_port)
    admin_port: int = field(default_factory=free_port)
    _pid: int = 0
    _descriptor: int | None = None
    _ended: "asyncio.Event" = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """As partners are told."""
        return self.beside.url if self.beside else f"http://127.0.0.1:{self.port}"

    @property
    def versions_url(self) -> str:
        return f"{self.url}/ocpi/versions"

    @property
    def is_alive(self) -> bool:
        return not self._ended.is_set()

    async def begin(self, doom: Doom | None = None) -> None:
        """Ready when this returns, or dead of its doom already."""
        order = {
            "service": self.service,
            "environ": self._environ(),
            "log": str(self._log),
            "clock": str(self._clock_file),
            "doom": doom and asdict(doom),
        }
        self._pid = self.nursery.spawn(order)
        self._ended = asyncio.Event()
        self._watch(self._ended)
        await self._ready()
        assert self.is_alive or doom, self.last_words()

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def set_ahead(self, seconds: float) -> None:
        """Its clock jumps there from wherever it is."""
        new = self._clock_file.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self._clock_file)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    async def died(self, within_s: float = 30) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            await self._ended.wait()

    async def end(self) -> None:
        if self._pid:
            self.kill()
            await self.died()

    async def operate(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """As an operator: POST, or GET without a body."""
        key = read_secret(self.folder / self.database / "operator.key")
        admin = AdminClient(f"http://127.0.0.1:{self.admin_port}", key, SystemClock())
        if body is None:
            return await asyncio.to_thread(admin.get, path)
        return await asyncio.to_thread(admin.post, path, body)

    def usage(self) -> Usage:
        """From /proc, now."""
        status = Path(f"/proc/{self._pid}/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return Usage(int(resident.split()[1]) / 1024, len(list(Path(f"/proc/{self._pid}/fd").iterdir())))

    def last_words(self) -> str:
        """The end of its log."""
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-_LAST_LINES:])

    @property
    def _log(self) -> Path:
        return self.folder / f"{self.service}-{self.port}.log"

    @property
    def _clock_file(self) -> Path:
        return self.folder / f"{self.service}-{self.port}.clock"

    def _environ(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PASSERELLE_MONGO_URL": self.mongo_url,
            "PASSERELLE_DATA_FOLDER": str(self.folder),
            "PASSERELLE_ALLOW_PRIVATE": "true",
            "HUB_PORT": str(self.port),
            "HUB_PUBLIC_URL": self.url,
            "HUB_ADMIN_PORT": str(self.admin_port),
            "HUB_DATABASE": self.database,
            "HUB_PARTY": str(HUB),
        }

    def _watch(self, ended: asyncio.Event) -> None:
        """By the process's own descriptor: it cannot come to mean another process, and tells of the end."""
        try:
            descriptor = self._descriptor = os.pidfd_open(self._pid)
        except ProcessLookupError:
            ended.set()
            return
        loop = asyncio.get_running_loop()

        def it_ended() -> None:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            self._descriptor = None
            ended.set()

        loop.add_reader(descriptor, it_ended)

    async def _ready(self) -> None:
        async with asyncio.timeout(READY_WITHIN_S), ClientSession() as session:
            while self.is_alive:
                with suppress(ClientError, OSError):
                    async with session.get(f"http://127.0.0.1:{self.admin_port}/readyz") as answer:
                        if answer.ok:
                            return
                await asyncio.sleep(0.02)

    def _signal(self, number: signal.Signals) -> None:
        if self._descriptor is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, number)


def database_name() -> str:
    return f"faults_{secrets.token_hex(6)}"
