"""A hub in a process of its own, a CPO, and a crowd of eMSPs that live in one cheap process."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.keep_alive import request
from benchmarks.processes import a_child, a_hub, register, shown_by
from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.agreements import Agreement
from ocpi.partners.documents import Admission, Scope
from ocpi.partners.model import Connection, Partner, PartnerEndpoint, PartnerState, PartyRole
from ocpi.partners.seal import Seal
from ocpi.partners.store import INDEXES, PartnerStore
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.service.key_files import secret_in
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.demo.services import Process, free_ports
from schemas import codec
from schemas.kinds import PartyId
from schemas.times import datetime_text
from schemas.v2_3_0.enums import VersionNumber
from simulators.partner import SimulatedPartner
from tests import build

HUB, CPO = PartyId("FR", "HUB"), PartyId("FR", "CPO")
DATABASE: Final = "benchmark_crowd"
_BEGAN: Final = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Crowd:
    """`bare` and `bare_pid`: the URL and the process of what a hub is held against."""

    hub: Process
    hub_url: str
    receivers: str
    bare: str
    bare_pid: int
    cpo: SimulatedPartner
    partners: list[PartyId]

    def location(self, name: str, number: int = 0) -> bytes:
        """A push of a Location by the CPO; one of a greater number is a newer state."""
        stamp = datetime_text(_BEGAN + timedelta(seconds=number))
        body = codec.dump(build.location(id=name, evses=[build.evse(last_updated=stamp)], last_updated=stamp))
        return self._push(f"{self.cpo.endpoints['locations', Side.RECEIVER]}/FR/CPO/{name}", body)

    def status(self, name: str, number: int) -> bytes:
        """A push of the status of its EVSE."""
        stamp = datetime_text(_BEGAN + timedelta(seconds=number))
        body = codec.dump(build.evse(status="CHARGING" if number % 2 else "AVAILABLE", last_updated=stamp))
        return self._push(f"{self.cpo.endpoints['locations', Side.RECEIVER]}/FR/CPO/{name}/E1", body)

    def _push(self, url: str, body: bytes) -> bytes:
        return request("PUT", url, shown_by(self.cpo, Routing(to=HUB, sender=CPO)), body)


@asynccontextmanager
async def gathered(
    folder: Path, mongo_url: str, count: int, database: str = DATABASE
) -> AsyncIterator[Crowd]:
    """Everybody is registered and in agreement, and nothing has been told yet.

    The crowd is written into the database as handshakes leave it: those take longer than what is measured.
    """
    port, admin_port, receivers_port, bare_port = free_ports(4)
    receivers = f"http://127.0.0.1:{receivers_port}"
    parties = [PartyId("NL", f"{n:03d}") for n in range(count)]
    await _settled(folder, mongo_url, database, receivers, parties)
    with (
        a_child(folder, "receivers", str(receivers_port)),
        a_child(folder, "bare_fan_out", str(bare_port), receivers, str(count)) as bare_pid,
        a_hub(folder, mongo_url, (port, admin_port), HUB, database) as hub,
    ):
        async with SimulatedPartner(("CPO", CPO)) as cpo:
            await register(hub, f"http://127.0.0.1:{port}/ocpi/versions", cpo, "CPO")
            bare = f"http://127.0.0.1:{bare_port}"
            yield Crowd(hub, f"http://127.0.0.1:{port}", receivers, bare, bare_pid, cpo, parties)


async def _settled(
    folder: Path, mongo_url: str, database: str, receivers: str, parties: Sequence[PartyId]
) -> None:
    mongo = await Mongo.connect(mongo_url, database)
    await mongo.declare(INDEXES)
    store = PartnerStore(mongo, Seal(secret_in(folder / database / "seal.key", Seal.generate_key)))
    agreements, now = AgreementStore(mongo, SystemClock()), SystemClock().now()
    for number, party in enumerate(parties):
        await _add(store, party, f"{receivers}/p{number}", now)
        agreed = Agreement(CPO, party, now.date())
        await agreements.put(agreed)
        await agreements.announced(replace(agreed, revision=1))
    mongo.close()


async def _add(store: PartnerStore, party: PartyId, url: str, now: datetime) -> None:
    admission = Admission.of(CredentialsToken.generate(), Scope.FULL)
    invited = Partner(party.party_id, PartnerState.INVITED, frozenset({"EMSP"}), None, now, is_greeted=True)
    partner = await store.add(invited, admission)
    modules = ("credentials", "locations", "tariffs", "sessions", "cdrs")
    connection = Connection(
        version=VersionNumber.V2_3_0,
        versions_url=f"{url}/versions",
        roles=(PartyRole("EMSP", party, party.party_id),),
        hub_party=None,
        endpoints=tuple(
            PartnerEndpoint(module, Side.RECEIVER, f"{url}/receiver/{module}") for module in modules
        ),
        token=CredentialsToken.generate(),
    )
    await store.connect(partner, connection, admission, now)
