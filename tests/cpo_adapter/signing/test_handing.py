"""What is told to a station, when, and what is kept of its answer, whichever process it comes to."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from cpo_adapter.ocpp.intents import NotAsked, StationGone, StationRefused, StationSilent
from cpo_adapter.ocpp.orders import Answer, HandCertificate, Order
from cpo_adapter.signing.handing import AFTER_S, Handing
from cpo_adapter.signing.ledger import Ledger
from cpo_adapter.signing.store import INDEXES, CertificateStore, Made
from cpo_adapter.stations.alarms import Alarms
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from tests.cpo_adapter.signing.test_ledger import MADE
from tests.fakes.clock import START, ManualClock
from tests.fakes.eventually import eventually, eventually_so

ISSUED = replace(MADE, asked_at=START, not_after=START.replace(year=START.year + 1), request=7)


@dataclass
class Stations:
    """They answer as they are told to."""

    answer: str | NotAsked = "Accepted"
    told: list[Order] = field(default_factory=list)

    def is_connected(self, station: str) -> bool:
        raise NotImplementedError

    def subprotocol(self, station: str) -> str | None:
        raise NotImplementedError

    async def order(self, _: str, order: Order) -> Answer:
        self.told.append(order)
        if isinstance(self.answer, NotAsked):
            raise self.answer
        return Answer({"status": self.answer})


@dataclass
class Process:
    """One that has issued nothing itself, and a station that comes to it."""

    store: CertificateStore
    ledger: Ledger
    handing: Handing
    stations: Stations
    alarms: Alarms
    clock: ManualClock

    async def comes(self) -> None:
        """The station, and has had the time to boot."""
        await self.ledger.refresh()
        self.handing.came("CP-1")
        await self.clock.advance(seconds=AFTER_S)

    async def is_told(self, times: int) -> None:
        """Once it has been told something so often, and no oftener."""
        await eventually(lambda: len(self.stations.told) >= times)
        assert self.stations.told == times * [HandCertificate("chain", None, 7)]

    async def is_kept(self, outcome: str) -> None:
        async def is_there() -> bool:
            found = await self.store.newest("CP-1")
            return found is not None and found.outcome == outcome

        await eventually_so(is_there)


@pytest.fixture
async def process(mongo: Mongo, clock: ManualClock) -> AsyncIterator[Process]:
    await mongo.declare(INDEXES)
    store, stations, alarms = CertificateStore(mongo), Stations(), Alarms(mongo, clock)
    ledger = Ledger(store=store, outer=None, put_out=lambda _: None, clock=clock)
    async with Supervisor(name="handing", clock=clock) as supervisor:
        handing = Handing(
            store=store, ledger=ledger, orderly=stations, alarms=alarms, supervisor=supervisor, clock=clock
        )
        await store.keep(Made(ISSUED, "request", "key", "chain"))
        yield Process(store, ledger, handing, stations, alarms, clock)


async def test_what_another_process_issued_is_handed_over_once_where_the_station_comes(
    process: Process,
) -> None:
    await process.comes()
    await process.is_told(1)
    await process.is_kept("Accepted")
    await process.comes()
    await process.is_told(1)
    assert await process.alarms.listed(10) == []


async def test_it_is_told_once_however_many_want_it_told(process: Process) -> None:
    for _ in range(3):
        process.handing.begin("CP-1")
    await process.is_kept("Accepted")
    await process.comes()
    await process.is_told(1)


@pytest.mark.parametrize("trouble", [StationGone("gone"), StationSilent("no answer")])
async def test_a_station_that_did_not_answer_is_told_again_when_it_comes(
    process: Process, trouble: NotAsked
) -> None:
    process.stations.answer = trouble
    await process.comes()
    await process.is_told(1)

    process.stations.answer = "Accepted"
    await process.comes()
    await process.is_told(2)
    await process.is_kept("Accepted")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("Rejected", "Rejected"),
        (StationRefused("NotImplemented"), "NotImplemented"),
        ("", "nothing readable"),
    ],
)
async def test_whatever_it_answers_is_kept_and_anything_but_a_yes_is_an_alarm(
    process: Process, answer: str | NotAsked, outcome: str
) -> None:
    process.stations.answer = answer
    await process.comes()
    await process.is_kept(outcome)

    async def is_alarm() -> bool:
        return any(outcome in each["text"] for each in await process.alarms.listed(10))

    await eventually_so(is_alarm)
    await process.comes()
    await process.is_told(1)


async def test_what_was_revoked_before_it_was_handed_over_stays_here(process: Process) -> None:
    await process.store.revoke("CP-1", None, "")
    await process.comes()
    await process.is_told(0)
