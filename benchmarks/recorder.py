"""What the flight recorder costs a relayed request: while somebody waits for it, and afterwards.

An authorization is relayed: one request in, one out, each with body and answer, and each time another card.
Timed are the calls that the two doors make and the handing over to the clerk, in processor time of this
process, and then the clerk's own.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

from yarl import URL

from benchmarks.processor import processor_s
from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.directory import Directory
from ocpi.partners.documents import Admission, Scope
from ocpi.partners.model import Connection, Partner, PartnerEndpoint, PartnerState, PartyRole
from ocpi.partners.seal import Seal
from ocpi.partners.store import PartnerStore
from ocpi.process.clock import SystemClock
from ocpi.process.embedded_mongo import database_url
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import Mongo
from ocpi.process.run import leave_in_peace_what_stays
from ocpi.process.tasks import Supervisor
from ocpi.process.witness import Left
from ocpi.recorder import journal
from ocpi.recorder.addressees import Addressees
from ocpi.recorder.clerk import Clerk
from ocpi.recorder.entries import Addressed, Body
from ocpi.recorder.forgotten import Forgotten
from ocpi.recorder.keeping import Keeping
from ocpi.recorder.ring import Recorder
from ocpi.recorder.room import charge
from ocpi.server.call import Answer
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import MODULES, Side
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import VersionNumber

PROMISE_US: Final = 30.0  # of the process that relays, at most
ROUNDS: Final = 7
REQUESTS: Final = 4000
BODY: Final = b'{"location_id":"LOC0000001","evse_uids":["LOC0000001-1"]}'
ANSWER: Final = (
    b'{"data":{"allowed":"ALLOWED","token":{"country_code":"NL","party_id":"MSP","uid":"04A3B2%06d",'
    b'"type":"RFID","contract_id":"NL-MSP-C00000001-7","issuer":"MSP","valid":true,"whitelist":"NEVER",'
    b'"last_updated":"2026-01-01T00:00:00Z"},"authorization_reference":"%036d"},'
    b'"status_code":1000,"timestamp":"2026-01-01T00:00:00Z"}'
)
WHERE: Final = Addressed(VersionNumber.V2_3_0, "tokens", Side.SENDER, ("04A3B2C1D0E9F8", "authorize"))
CALLED: Final = "https://hub.example/ocpi/2.3.0/sender/tokens/04A3B2C1D0E9F8/authorize?type=RFID"
EMSP_URL: Final = "https://emsp.example/ocpi/2.3.0"
TOKEN: Final = CredentialsToken.generate()
CALLING: Final = URL(f"{EMSP_URL}/tokens/04A3B2C1D0E9F8/authorize?type=RFID")
ASKED: Final = Routing(to=PartyId("NL", "MSP"), sender=PartyId("FR", "CPO"))
REVERSED: Final = ASKED.reversed()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        found = asyncio.run(_measured(url))
    spent_us = found.path_us + found.hand_over_us
    kept = spent_us <= PROMISE_US
    text = f"recorder: {spent_us:.1f} us of the process that relays for a request, promised {PROMISE_US:.0f}"
    print(text if kept else f"{text}: NOT KEPT")
    print(f"  {found.path_us:.1f} us in its path, {found.hand_over_us:.1f} us to hand over its two messages")
    print(f"  {found.clerk_us:.0f} us of the clerk, which holds {found.clerk_mib:.0f} MiB")
    return 0 if kept else 1


class _Found(NamedTuple):
    """Microseconds of processor a relayed request; only `path_us` while somebody waits for its answer."""

    path_us: float
    hand_over_us: float
    clerk_us: float
    clerk_mib: float


async def _measured(mongo_url: str) -> _Found:
    mongo = await Mongo.connect(mongo_url, "benchmark_recorder")
    await mongo.declare(journal.INDEXES)
    recorder = Recorder(clock=SystemClock())
    clerk = _clerk(recorder, await _directory(mongo), mongo, mongo_url)
    leave_in_peace_what_stays()
    async with Supervisor(name="benchmark", clock=SystemClock()) as supervisor:
        supervisor.start("write messages", clerk.run)
        rounds = [await _round(recorder, clerk) for _ in range(ROUNDS)][1:]
    if recorder.forgotten:
        raise RuntimeError(f"{recorder.forgotten} messages were forgotten")
    mongo.close()
    return _Found(*(statistics.median(each) for each in zip(*rounds, strict=True)))


async def _round(recorder: Recorder, clerk: Clerk) -> _Found:
    asked = [_headers() for _ in range(REQUESTS)]
    answers = [Answer(relayed=ANSWER % (number, number), routing=REVERSED) for number in range(REQUESTS)]
    ids = [MessageIds.read(each) for each in asked]
    began_s = time.process_time()
    for each in zip(ids, asked, answers, strict=True):
        _relayed(recorder, *each)
    path_s = time.process_time() - began_s
    while clerk.pid is None:  # noqa: ASYNC110 - it is begun by another task
        await asyncio.sleep(0.1)
    clerk_began_s, began_s = processor_s(clerk.pid), time.process_time()
    await clerk.write()
    hand_over_s = time.process_time() - began_s
    clerk_s = processor_s(clerk.pid) - clerk_began_s
    path_us, hand_over_us, clerk_us = (each * 1e6 / REQUESTS for each in (path_s, hand_over_s, clerk_s))
    return _Found(path_us, hand_over_us, clerk_us, _resident_mib(clerk.pid))


def _resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _relayed(recorder: Recorder, ids: MessageIds, headers: dict[str, str], answer: Answer) -> None:
    heard = recorder.hearing("POST", CALLED, ids, WHERE)
    heard.partner, heard.routing, heard.body = "the-cpo", ASKED, Body(BODY)
    recorder.sending(Left("POST", CALLING, headers, BODY)).answered(200, answer.relayed or b"")
    heard.answered(answer)


def _headers() -> dict[str, str]:
    shown = {"Authorization": TOKEN.header(), "Content-Type": "application/json"}
    return {**shown, **MessageIds.fresh().write(), **ASKED.write()}


async def _directory(mongo: Mongo) -> Directory:
    """It knows the eMSP by the token that it is shown."""
    partners, clock = PartnerStore(mongo, Seal(Seal.generate_key())), SystemClock()
    invited = Partner("the-emsp", PartnerState.INVITED, frozenset({"EMSP"}), None, clock.now())
    seen = await partners.add(invited, Admission.of(CredentialsToken.generate(), Scope.HANDSHAKE))
    connection = Connection(
        version=VersionNumber.V2_3_0,
        versions_url=f"{EMSP_URL}/versions",
        roles=(PartyRole("EMSP", PartyId("NL", "MSP"), "An eMSP"),),
        hub_party=None,
        endpoints=tuple(PartnerEndpoint(each, Side.SENDER, f"{EMSP_URL}/{each}") for each in sorted(MODULES)),
        token=TOKEN,
    )
    await partners.connect(
        seen, connection, Admission.of(CredentialsToken.generate(), Scope.FULL), clock.now()
    )
    directory = Directory(partners=partners, agreements=AgreementStore(mongo, clock), clock=clock)
    await directory.refresh()
    return directory


def _clerk(recorder: Recorder, directory: Directory, mongo: Mongo, mongo_url: str) -> Clerk:
    return Clerk(
        recorder=recorder,
        addressees=Addressees(directory),
        charge=charge(mongo_url, mongo.name, Keeping()),
        forgotten=Forgotten(recorder, Metrics()),
        clock=SystemClock(),
    )


if __name__ == "__main__":
    sys.exit(main())
