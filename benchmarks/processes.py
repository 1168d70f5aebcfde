"""The processes of a benchmark, each on the leash of this one, and how partners come to the hub."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ocpi.process.child import spawn_leashed
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import MessageIds, Routing
from passerelle.demo.services import Process
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner

READY_WITHIN_S: Final = 120.0
"""A machine that is measured may be busy."""


@contextmanager
def a_hub(
    folder: Path, mongo_url: str, ports: tuple[int, int], party: PartyId, database: str
) -> Iterator[Process]:
    """Ready; `ports` are that of OCPI and that of its operator."""
    with _a_service("hub", folder, mongo_url, ports, party, database) as hub:
        yield hub


@contextmanager
def an_emsp(
    folder: Path, mongo_url: str, ports: tuple[int, int], party: PartyId, database: str
) -> Iterator[Process]:
    """As `a_hub`."""
    with _a_service("emsp", folder, mongo_url, ports, party, database) as emsp:
        yield emsp


@contextmanager
def _a_service(
    name: str, folder: Path, mongo_url: str, ports: tuple[int, int], party: PartyId, database: str
) -> Iterator[Process]:
    prefix = name.upper()
    environ = {
        **os.environ,
        "PASSERELLE_MONGO_URL": mongo_url,
        "PASSERELLE_DATA_FOLDER": str(folder),
        "PASSERELLE_ALLOW_PRIVATE": "true",
        f"{prefix}_PORT": str(ports[0]),
        f"{prefix}_ADMIN_PORT": str(ports[1]),
        f"{prefix}_DATABASE": database,
        f"{prefix}_PARTY": str(party),
    }
    service = Process.start(name, environ, folder)
    try:
        service.wait_ready(READY_WITHIN_S)
        yield service
    finally:
        service.stop()


@contextmanager
def a_child(folder: Path, module: str, *arguments: str) -> Iterator[int]:
    """The id of the process of a module beside this one; what it prints is kept in the folder."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    with (folder / f"{module}.log").open("ab") as log:
        child = spawn_leashed(command, output=log, environ=os.environ)
    try:
        yield child.pid
    finally:
        child.kill()
        child.wait()


async def register(service: Process, versions_url: str, partner: SimulatedPartner, role: str) -> None:
    invited = service.admin().post("/partners/invitations", {"name": role.lower(), "roles": [role]})
    heard = await partner.register(versions_url, CredentialsToken(invited["token"]))
    if not heard.is_success:
        raise RuntimeError(f"the service refuses the {role}: {heard.body!r}")


def shown_by(partner: SimulatedPartner, routing: Routing) -> Mapping[str, str]:
    """The headers of a request of a partner that has been registered."""
    if partner.their_token is None:
        raise RuntimeError("the partner is not registered")
    shown = {"Authorization": partner.their_token.header(), "Content-Type": "application/json"}
    return {**shown, **MessageIds.fresh().write(), **routing.write()}
