"""Services as tests run them: all their real parts on a real database, on free ports, in this process."""

import asyncio
import fcntl
import itertools
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from aiohttp import web_app

import cpo_adapter.bootstrap
import emsp_adapter.bootstrap
import hub.bootstrap
from cpo_adapter.settings import CpoSettings
from emsp_adapter.settings import EmspSettings
from hub.settings import HubSettings
from ocpi.process.clock import Clock
from ocpi.process.mongo import Index, Mongo
from ocpi.process.run import listening
from ocpi.service.foundation import Foundation
from ocpi.service.key_files import read_secret
from ocpi.service.run import Build, assembled
from ocpi.service.settings import PlatformSettings
from ocpi.wire.credentials_token import CredentialsToken
from passerelle.admin_client import AdminClient
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner

Settings = TypeVar("Settings", bound=PlatformSettings)

HUB, CPO, EMSP = PartyId("FR", "HUB"), PartyId("FR", "CPO"), PartyId("NL", "MSP")


def free_port() -> int:
    """Below the ports that outgoing connections are given, which would take it before the service does.

    This process goes through a range of its own, so that nobody is given one twice.
    """
    for port in _ports:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("the ports never end")


def _own_range() -> range:
    """Claimed as long as this process lives: other workers and other runs take others."""
    for begin in range(14_000, 32_000, _A_RANGE):
        claim = os.open(
            f"{tempfile.gettempdir()}/passerelle-test-ports-{begin}", os.O_RDWR | os.O_CREAT, 0o600
        )
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(claim)
        else:
            return range(begin, begin + _A_RANGE)
    raise AssertionError("too many tests at once")


_A_RANGE = 600
_ports = itertools.cycle(_own_range())


@dataclass(frozen=True, slots=True)
class Running:
    foundation: Foundation
    url: str
    admin: AdminClient
    urls: dict[str, str]

    @property
    def versions_url(self) -> str:
        return f"{self.url}/ocpi/versions"


@asynccontextmanager
async def running(
    settings: Settings, mongo: Mongo, clock: Clock, build: Build[Settings], indexes: Sequence[Index] = ()
) -> AsyncIterator[Running]:
    async with assembled(settings, mongo, clock, build, indexes) as service, listening(service.sites) as urls:
        key = read_secret(settings.keys / "operator.key")
        yield Running(service.foundation, settings.url, AdminClient(urls["admin"], key, clock), urls)
    _let_go()


def _let_go() -> None:
    """A thousand handlers of the last applications stay with aiohttp, and each keeps its whole service."""
    web_app._cached_build_middleware.cache_clear()  # noqa: SLF001 - a process has one service, but not here


@asynccontextmanager
async def running_hub(
    mongo: Mongo, clock: Clock, folder: Path, party: PartyId = HUB, **more: Any
) -> AsyncIterator[Running]:
    settings = HubSettings(
        port=free_port(),
        admin_port=free_port(),
        party=str(party),
        data_folder=folder,
        allow_private=True,
        **more,
    )
    async with running(settings, mongo, clock, hub.bootstrap.build, hub.bootstrap.INDEXES) as service:
        yield service


class Operated(Protocol):
    """Anything with an admin port that partners can register with."""

    @property
    def versions_url(self) -> str: ...
    @property
    def admin(self) -> AdminClient: ...


async def connect(platform: Operated, partner: SimulatedPartner, name: str, *roles: str) -> None:
    """Invite over the admin port, register over OCPI: the way partners come in."""
    heard = await partner.register(platform.versions_url, await invited(platform, name, *roles))
    assert heard.http == 201, heard.body


async def invited(platform: Operated, name: str, *roles: str) -> CredentialsToken:
    """TOKEN_A of a new invitation."""
    told = await operate(platform, "/partners/invitations", {"name": name, "roles": list(roles)})
    assert told["versions_url"] == platform.versions_url
    return CredentialsToken(told["token"])


async def agree(platform: Operated, cpo: PartyId = CPO, emsp: PartyId = EMSP) -> None:
    await operate(platform, "/agreements", {"cpo": str(cpo), "emsp": str(emsp)})


async def operate(platform: Operated, path: str, body: dict[str, Any]) -> Any:
    """As the command line does it; it waits for the answer, so it may not hold up this loop."""
    return await asyncio.to_thread(platform.admin.post, path, body)


@asynccontextmanager
async def running_emsp(
    mongo: Mongo,
    clock: Clock,
    folder: Path,
    cards: Path | None = None,
    *,
    sync: bool = False,
    **more: Any,
) -> AsyncIterator[Running]:
    """Without `sync` it asks nobody for lists by itself: who is not about that hears no such requests."""
    settings = EmspSettings(
        port=free_port(),
        admin_port=free_port(),
        api_port=free_port(),
        party=str(EMSP),
        data_folder=folder,
        allow_private=True,
        cards=cards,
        sync=sync,
        **more,
    )
    async with running(
        settings, mongo, clock, emsp_adapter.bootstrap.build, emsp_adapter.bootstrap.INDEXES
    ) as service:
        yield service


@asynccontextmanager
async def running_cpo(mongo: Mongo, clock: Clock, folder: Path, **more: Any) -> AsyncIterator[Running]:
    settings = CpoSettings(
        port=free_port(),
        admin_port=free_port(),
        stations_port=free_port(),
        party=str(CPO),
        data_folder=folder,
        allow_private=True,
        **more,
    )
    async with running(
        settings, mongo, clock, cpo_adapter.bootstrap.build, cpo_adapter.bootstrap.INDEXES
    ) as service:
        yield service
