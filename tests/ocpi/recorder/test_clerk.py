"""A clerk is a process of its own: it writes all that it is handed, and nobody waits for it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.directory import Directory
from ocpi.partners.seal import Seal
from ocpi.partners.store import PartnerStore
from ocpi.process.clock import SystemClock
from ocpi.process.logs import pseudonym
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import Document, Mongo
from ocpi.process.tasks import Supervisor
from ocpi.process.witness import Left
from ocpi.recorder import journal
from ocpi.recorder.addressees import Addressees
from ocpi.recorder.clerk import AT_ONCE, UNDER_WAY, Clerk
from ocpi.recorder.forgotten import Forgotten
from ocpi.recorder.frames import frame
from ocpi.recorder.journal import COLLECTION
from ocpi.recorder.keeping import Keeping
from ocpi.recorder.ring import Recorder
from ocpi.recorder.room import charge
from ocpi.recorder.scribe import EVERY_S, Scribe
from ocpi.recorder.shelf import Shelf
from ocpi.recorder.slips import Slip
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import MessageIds
from simulators.partner import SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.platforms import CPO, connect, running_hub

BODY = b'{"location_id":"LOC1"}'
CARD = "04E2A1B2C3D4"
LONG_ENOUGH_S = 30  # a machine of tests has a lot to do


class Office:
    """A recorder, and a clerk in a process of its own."""

    def __init__(self, mongo: Mongo, mongo_url: str, **bounds: int) -> None:
        self.recorder = Recorder(clock=SystemClock(), **bounds)
        self._messages = mongo.collection(COLLECTION)
        known, forgotten = addressees(mongo), Forgotten(self.recorder, Metrics())
        self.clerk = Clerk(
            recorder=self.recorder,
            addressees=known,
            charge=charge(mongo_url, mongo.name, Keeping()),
            forgotten=forgotten,
            clock=SystemClock(),
        )
        self.scribe = Scribe(
            recorder=self.recorder,
            addressees=known,
            shelf=Shelf(mongo, Keeping()),
            forgotten=forgotten,
        )

    def send(self, name: str, body: bytes = BODY, path: str = "sender/payments") -> None:
        left = Left("POST", f"http://far.example/{path}", MessageIds.fresh(name).write(), body)
        self.recorder.sending(left).answered(200, b'{"status_code":1000,"data":{"result":"ACCEPTED"}}')

    async def names(self) -> set[str]:
        return set(await self._messages.distinct("correlation_id"))

    def signalled(self, number: signal.Signals) -> int:
        """Which process that was."""
        assert self.clerk.pid is not None
        os.kill(self.clerk.pid, number)
        return self.clerk.pid


def addressees(mongo: Mongo) -> Addressees:
    partners = PartnerStore(mongo, Seal(Seal.generate_key()))
    agreements = AgreementStore(mongo, SystemClock())
    return Addressees(Directory(partners=partners, agreements=agreements, clock=SystemClock()))


@pytest.fixture
async def office(mongo: Mongo, mongo_url: str) -> Office:
    await mongo.declare(journal.INDEXES)
    return Office(mongo, mongo_url)


@asynccontextmanager
async def at_work(office: Office) -> AsyncIterator[Office]:
    async with Supervisor(name="writers", clock=SystemClock()) as writers:
        writers.start("write messages", office.clerk.run)
        await eventually(lambda: office.clerk.pid)
        yield office


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_ending_writes_everything_and_leaves_no_process(office: Office) -> None:
    async with at_work(office):
        pid = office.clerk.pid
        for number in range(3 * AT_ONCE):
            office.send(f"m{number}")
    assert len(await office.names()) == 3 * AT_ONCE
    assert pid is not None
    assert not is_alive(pid)


async def test_what_was_told_is_written_when_the_clerk_says_so(office: Office) -> None:
    async with at_work(office):
        office.send("a")
        await office.clerk.write()
        assert await office.names() == {"a"}


async def test_a_card_has_the_pseudonym_that_it_has_in_the_lines_of_the_service(
    office: Office, mongo: Mongo
) -> None:
    async with at_work(office):
        office.send("a", body=b'{"uid":"%s","type":"RFID"}' % CARD.encode(), path=f"tokens/{CARD}/authorize")
    record = await mongo.collection(COLLECTION).find_one({})
    assert record is not None
    assert f"card/{pseudonym(CARD)}" in record["keys"]
    assert CARD not in str(record)


@pytest.mark.slow
async def test_a_clerk_that_is_killed_is_begun_again_and_what_it_held_is_counted(office: Office) -> None:
    async with at_work(office):
        office.send("before")
        await office.clerk.write()
        killed = office.signalled(signal.SIGSTOP)
        office.send("in its hands")
        await eventually(lambda: not office.recorder.holds_some)
        office.signalled(signal.SIGKILL)
        await eventually(lambda: office.clerk.pid != killed, within_s=LONG_ENOUGH_S)
        office.send("after")
    assert await office.names() == {"before", "after"}
    assert office.recorder.forgotten == 1


async def test_what_came_while_no_clerk_was_there_is_written_when_the_service_ends(office: Office) -> None:
    async with at_work(office):
        killed = office.signalled(signal.SIGKILL)
        await eventually(lambda: not is_alive(killed))
        office.send("the last")
    assert await office.names() == {"the last"}


async def test_a_clerk_that_stands_still_costs_the_oldest(mongo: Mongo, mongo_url: str) -> None:
    in_its_hands, most = UNDER_WAY * AT_ONCE, 100
    office = Office(mongo, mongo_url, at_most=in_its_hands)
    async with at_work(office):
        await office.clerk.write()
        office.signalled(signal.SIGSTOP)
        for number in range(in_its_hands):
            office.send(f"m{number}")
        await eventually(lambda: not office.recorder.holds_some)
        for number in range(in_its_hands + most):
            office.send(f"n{number}")
        await asyncio.sleep(2 * EVERY_S)  # in which nothing is taken
        assert office.recorder.forgotten == most
        office.signalled(signal.SIGCONT)
        await eventually(lambda: not office.recorder.holds_some, within_s=LONG_ENOUGH_S)
    names = await office.names()
    assert len(names) == 2 * in_its_hands
    assert "n0" not in names


@pytest.mark.parametrize("path", ["clerk", "scribe"])
async def test_what_cannot_be_held_anywhere_costs_itself_alone(path: str, office: Office) -> None:
    def odd() -> None:
        office.send("a")
        office.send("\ud800")
        left = Left("GET", "http://far.example/x", MessageIds.fresh("no status").write(), None)
        office.recorder.sending(left).answered(2**70, b"{}")
        office.send("b")

    if path == "clerk":
        async with at_work(office):
            odd()
    else:
        odd()
        await office.scribe.write()
    assert await office.names() == {"a", "b"}


async def test_no_token_is_handed_over_or_written(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """(A-11)"""
    handed: list[Slip] = []
    documents = Shelf.documents

    async def seen(shelf: Shelf, slips: Sequence[Slip]) -> list[Document]:
        handed.extend(slips)
        return await documents(shelf, slips)

    monkeypatch.setattr(Shelf, "documents", seen)
    async with running_hub(mongo, clock, tmp_path) as hub, SimulatedPartner(("CPO", CPO)) as cpo:
        await connect(hub, cpo, "the-cpo", "CPO")
        await cpo.renew()
        await hub.foundation.recording.writer.write()
    modules = {(each.direction, each.module, each.method) for each in handed}
    assert {("in", "credentials", "PUT"), ("out", "versions", "GET")} <= modules
    written = str([each async for each in mongo.collection(COLLECTION).find({})]).encode()
    assert cpo.their_token is not None
    for token in (cpo.their_token, *(CredentialsToken(each.token) for each in cpo.handshakes)):
        for spelled in (token.reveal(), token.header()):
            assert spelled.encode() not in frame(handed) + written


SERVICE = """
import asyncio, os, sys
sys.path.insert(0, os.getcwd())
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Document, Mongo
from ocpi.process.tasks import Supervisor
from tests.ocpi.recorder.test_clerk import Office
from tests.fakes.eventually import eventually
async def main(url, database):
    office = Office(await Mongo.connect(url, database), url)
    async with Supervisor(name="writers", clock=SystemClock()) as writers:
        writers.start("write messages", office.clerk.run)
        for number in range(1000):
            office.send(f"m{number}")
        await eventually(lambda: not office.recorder.holds_some)
        print(office.clerk.pid, flush=True)
        await asyncio.sleep(60)
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.slow
async def test_a_service_that_is_killed_leaves_a_clerk_that_writes_what_it_has_and_ends(
    office: Office, mongo: Mongo, mongo_url: str
) -> None:
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVICE, mongo_url, mongo.name, stdout=asyncio.subprocess.PIPE
    )
    assert service.stdout is not None
    clerk = int(await service.stdout.readline())
    service.kill()
    await service.wait()
    await eventually(lambda: not is_alive(clerk), within_s=LONG_ENOUGH_S)
    assert len(await office.names()) == 1000


def test_a_clerk_imports_no_more_than_it_needs() -> None:
    told = subprocess.check_output(
        [sys.executable, "-c", "import ocpi.recorder.clerk_process, sys; print(*sys.modules)"], text=True
    )
    loaded = set(told.split())
    assert loaded.isdisjoint({"aiohttp", "httpx", "ocpp", "jose", "prometheus_client", "ocpi.partners"})
