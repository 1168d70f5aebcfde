"""One running CPO with an authority of its own, for every test of a file: stations come in by mutual TLS.

A test takes a station that nobody had before it. The service's clock stands still, at the time of day: what
it issues has to hold in real handshakes.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession, WSServerHandshakeError
from cryptography import x509

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.certificates import Authority, client_context, pem_of
from tests.cpo_adapter.commands.ordering import BOOT_2, BOOT_16
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.rooms import KEY
from tests.cpo_adapter.signing.requests import Asked
from tests.cpo_adapter.signing.test_crl import revoking
from tests.cpo_adapter.stations.authored_files import TOML
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.platforms import Running, free_port, running_cpo

SHARED_LOOP: Final = pytest.mark.asyncio(loop_scope="session")
"""Of every file that uses a network: it lives longer than a test."""

STATIONS: Final = 24
OPEN: Final = "OPEN"
REVOKED: Final = "REVOKED"
"""The station whose certificate its own authority has revoked."""

_STATION: Final = """
[[sites.stations]]
identity = "{identity}"
key = "{key}"
security_profile = {profile}
evses = [{{ number = 1, connectors = [
  {{ standard = "IEC_62196_T2", format = "SOCKET", power_type = "AC_3_PHASE", max_voltage = 230, \
max_amperage = 32 }},
] }}]
"""


@dataclass
class Place:
    """One station: how it comes, what it asks for, and what the operator sees of it."""

    identity: str
    network: "Network"
    paper: Path | None = None
    _given: int = field(default=0)

    @asynccontextmanager
    async def line(self, protocol: str = "ocpp1.6", *, boots: bool = True) -> AsyncIterator[RawStation]:
        """By its certificate if it has one, else by its key."""
        headers = None if self.paper else basic(self.identity.encode(), bytes.fromhex(KEY))
        context = client_context(self.network.authority, self.paper)
        url = f"{self.network.cpo.urls['stations_tls']}/ocpp/{self.identity}"
        async with self.network.session.ws_connect(
            url, protocols=(protocol,), headers=headers, ssl=context
        ) as socket:
            station = RawStation(socket)
            if boots:
                await station.call("BootNotification", BOOT_16 if protocol == "ocpp1.6" else BOOT_2)
            yield station

    async def refusal(self) -> tuple[int, str]:
        """Status and header of a handshake that failed."""
        with pytest.raises(WSServerHandshakeError) as caught:
            async with self.line():
                pass
        headers = caught.value.headers
        return caught.value.status, str(headers and headers["WWW-Authenticate"])

    def request(self, **changes: Any) -> Asked:
        return Asked(self.identity, **changes)

    async def asks(self, station: RawStation, pem: str, **more: Any) -> Any:
        """A moment after all before: the answer."""
        await self.network.clock.advance(seconds=1)
        return (await station.call("SignCertificate", {"csr": pem, **more}))[2]

    def takes(self, chain: str, asked: Asked) -> x509.Certificate:
        """It comes by the first of the chain from now on."""
        self._given += 1
        assert not hasattr(asked.key, "public_bytes_raw")
        self.paper = self.network.folder / f"{self.identity}-{self._given}.pem"
        self.paper.write_bytes(chain.encode() + pem_of(asked.key))  # type: ignore[arg-type]
        return x509.load_pem_x509_certificate(chain.encode())

    async def issued(self) -> list[Any]:
        """As the operator sees them, the next to end first."""
        found: list[Any] = await self.network.seen("certificates/issued", station=self.identity)
        return found

    async def outcomes(self, *wanted: str | None) -> None:
        """Once the operator sees these."""

        async def are_there() -> bool:
            return sorted(str(each["outcome"]) for each in await self.issued()) == sorted(map(str, wanted))

        await eventually_so(are_there)


@dataclass
class Network:
    cpo: Running
    clock: ManualClock
    session: ClientSession
    folder: Path
    authority: Authority
    outer: Authority
    free: Iterator[str]

    def place(self) -> Place:
        return Place(next(self.free), self)

    async def told(self, path: str, **body: Any) -> Any:
        return await asyncio.to_thread(self.cpo.admin.post, f"/stations/{path}", body)

    async def seen(self, path: str, **query: str) -> Any:
        return await asyncio.to_thread(self.cpo.admin.get, f"/stations/{path}", **query)

    async def why(self, identity: str) -> str:
        """What the operator is told of the last refusal of a station."""
        knocks = await self.seen("knocks")
        return next(str(each["why"]) for each in knocks if each["identity"] == identity)

    async def alarmed(self, identity: str, text: str) -> None:
        """Once the operator sees an alarm that says so."""

        async def is_told() -> bool:
            alarms = await self.seen("alarms")
            return any(each["identity"] == identity and text in each["text"] for each in alarms)

        await eventually_so(is_told)


async def heard(station: RawStation, action: str, status: str = "Accepted") -> Any:
    """What it is told in such a message, answered; whatever else is asked meanwhile it does not know."""
    while (frame := await station.hear())[2] != action:
        await station.say(json.dumps([4, frame[1], "NotImplemented", "", {}]))
    await station.say(json.dumps([3, frame[1], {"status": status}]))
    return frame[3]


@asynccontextmanager
async def running_network(mongo_url: str, folder: Path) -> AsyncIterator[Network]:
    """Its authority stands below a root that the service does not know."""
    root, outer = Authority("Root"), Authority("Outer")
    issuing, servers = Authority("Issuing", above=root), Authority("Servers")
    (folder / "issuing.pem").write_bytes(issuing.own.pem + root.own.pem)
    (folder / "issuing.key").write_bytes(pem_of(issuing.own.key))
    (folder / "issuing.key").chmod(0o600)
    bad = outer.station(REVOKED)
    bad.written(folder / "revoked.pem")
    (folder / "crl.pem").write_bytes(revoking(outer, bad))
    identities = [f"CP-{number:02}" for number in range(1, STATIONS + 1)]
    profiles = [*((each, 2) for each in [*identities, REVOKED]), (OPEN, 0)]
    sites = TOML.partition("[[sites.stations]]")[0]
    sites += "".join(_STATION.format(identity=each, key=KEY, profile=profile) for each, profile in profiles)
    (folder / "stations.toml").write_text(sites)
    clock = ManualClock(SystemClock().now())
    mongo = await Mongo.connect(mongo_url, f"test_{uuid.uuid4().hex}")
    try:
        async with (
            running_cpo(
                mongo,
                clock,
                folder,
                inventory=folder / "stations.toml",
                stations_tls_port=free_port(),
                stations_tls_certificates=(servers.server("ec").written(folder / "ec.pem"),),
                stations_authorities=outer.written(folder / "outer.pem"),
                stations_organization="CPO",
                stations_crl=folder / "crl.pem",
                station_authority_certificate=folder / "issuing.pem",
                station_authority_key=folder / "issuing.key",
            ) as cpo,
            ClientSession() as session,
        ):
            yield Network(cpo, clock, session, folder, servers, outer, iter(identities))
    finally:
        await mongo.drop()
        mongo.close()
