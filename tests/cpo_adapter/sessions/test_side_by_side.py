"""A station that does not answer, and a partner that is slow to be told, keep back nobody else."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from cpo_adapter.ocpp.events import ConnectorStatus, Moment, Outlet, StatusChanged
from cpo_adapter.ocpp.intents import Intent, Outcome, StationSilent, TellQueue
from ocpi.objects.record import Record
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from tests.cpo_adapter.sessions import told
from tests.cpo_adapter.sessions.office import Judge, Office, Partners
from tests.cpo_adapter.sessions.scenes import Charge
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so

SILENT, OTHER = "CP-1", "CP-2"


@dataclass
class OneIsSilent:
    """Whatever it is asked, until it is given up; the other one has told everything."""

    is_given_up: asyncio.Event = field(default_factory=asyncio.Event)
    asked: Counter[str] = field(default_factory=Counter)

    async def ask(self, station: str, _: Intent) -> Outcome:
        await self.has_queued(station, TellQueue(""))
        return Outcome.ACCEPTED

    async def has_queued(self, station: str, _: TellQueue) -> bool:
        self.asked[station] += 1
        if station == SILENT:
            await self.is_given_up.wait()
            raise StationSilent("no answer")
        return False


@pytest.fixture
def stations() -> OneIsSilent:
    return OneIsSilent()


@pytest.fixture
async def office(mongo: Mongo, clock: ManualClock, stations: OneIsSilent) -> Office:
    office = Office(mongo, clock, Partners(), Judge(), asker=stations)
    await office.open()
    return office


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    async with Supervisor(name="test", clock=SystemClock()) as supervisor:
        yield supervisor


async def lost_an_event(office: Office, clock: ManualClock, station: str, evse: int) -> None:
    charge = Charge(f"T-{evse}", station, Outlet(evse), is_named=True)
    for moment, minutes, meter_wh in (
        (Moment.STARTED, 0, 1000),
        (Moment.UPDATED, 30, 3000),
        (Moment.ENDED, 60, 6000),
    ):
        charge.tells(moment, told.after(minutes), meter_wh)
    for message in (charge.messages[0], charge.messages[2]):
        await message.tell(office.sessions, clock.now())


async def test_a_gap_is_asked_about_while_another_station_says_nothing(
    office: Office, clock: ManualClock, stations: OneIsSilent, supervisor: Supervisor
) -> None:
    """(B-32) (B-86)."""
    for station, evse in ((SILENT, 1), (SILENT, 2), (OTHER, 1)):
        await lost_an_event(office, clock, station, evse)
    await office.publisher.turn()
    is_over = asyncio.Event()

    async def turn() -> None:
        await office.gaps.turn()
        is_over.set()

    supervisor.start("a turn", turn)

    async def is_billed() -> bool:
        await office.publisher.turn()
        kept = {(each["station"], each["evse"]): each["outcome"] for each in await office.kept()}
        return kept == {(SILENT, 1): "HELD", (SILENT, 2): "HELD", (OTHER, 1): "BILLED"}

    await eventually_so(is_billed)
    stations.is_given_up.set()
    await eventually(is_over.is_set)
    assert stations.asked == {SILENT: 1, OTHER: 1}


async def test_one_that_nobody_ends_is_asked_about_while_another_station_says_nothing(
    office: Office, clock: ManualClock, stations: OneIsSilent, supervisor: Supervisor
) -> None:
    """(B-32) (B-57)."""
    for station in (SILENT, OTHER):
        await office.sessions.began(told.start_told(station=station, at=clock.now()))
        where = told.origin("StatusNotification", {}, heard_at=clock.now(), station=station)
        free = StatusChanged(where, Outlet(1), ConnectorStatus.AVAILABLE, "NoError", clock.now())
        await office.sessions.status_changed(free)
    await clock.advance(minutes=6)
    supervisor.start("a turn", office.lingering.turn)

    await eventually(lambda: stations.asked == {SILENT: 1, OTHER: 1})
    stations.is_given_up.set()


@dataclass
class Slow(Partners):
    """Whatever is told is on its way until they are `ready`."""

    on_the_way: int = 0
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def to_one(self, record: Record) -> None:
        self.on_the_way += 1
        await self.is_ready.wait()
        await super().to_one(record)


async def test_what_has_changed_is_told_of_many_at_once(
    mongo: Mongo, clock: ManualClock, supervisor: Supervisor
) -> None:
    partners = Slow()
    office = Office(mongo, clock, partners, Judge())
    await office.open()
    for station in (SILENT, OTHER):
        await office.sessions.began(told.start_told(station=station))
    supervisor.start("a turn", office.publisher.turn)

    await eventually(lambda: partners.on_the_way == 2)
    partners.is_ready.set()
    await eventually(lambda: len(partners.sessions) == 2)
