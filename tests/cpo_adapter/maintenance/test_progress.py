"""What stations say of files, joined to what they were asked for; from the facts, on a real database."""

from datetime import timedelta

import pytest

from cpo_adapter.files.stored import StoredFile
from cpo_adapter.maintenance.job_store import JobStore
from cpo_adapter.maintenance.jobs import LASTS, Ending, Job, JobKind
from cpo_adapter.maintenance.progress import Progress
from cpo_adapter.ocpp.events import FirmwareProgressed, Origin, Progressed, ReportPart, Work
from ocpi.process.mongo import Mongo
from tests.fakes.clock import ManualClock

FILE = StoredFile("a.log", "in/1-a.log", 3, "abc")


class Desk:
    def __init__(self, mongo: Mongo, clock: ManualClock) -> None:
        self.store = JobStore(mongo)
        self.progress = Progress(store=self.store, clock=clock)
        self.clock = clock

    async def begin(self, kind: JobKind, station: str = "CP-1") -> Job:
        return await self.store.begin(station, kind, "", self.clock.now())

    async def said(self, status: str, number: int | None = None, station: str = "CP-1") -> None:
        origin = Origin(station, self.clock.now(), "")
        work = Work.DIAGNOSTICS if number is None else Work.LOG
        await self.progress.progressed(Progressed(origin, "", work, status, number))

    async def firmware(self, status: str, number: int | None = None) -> None:
        await self.progress.firmware_progressed(
            FirmwareProgressed(Origin("CP-1", self.clock.now(), ""), status, number)
        )

    async def part(self, number: int, seq: int | None, *, last: bool = False, station: str = "CP-1") -> bool:
        origin = Origin(station, self.clock.now(), "")
        return await self.progress.reported(
            ReportPart(origin, "NotifyReport", number, seq, last, {"seq": seq})
        )

    async def now(self, job: Job) -> Job:
        found = await self.store.job(job.number)
        assert found is not None
        return found


@pytest.fixture
def desk(mongo: Mongo, clock: ManualClock) -> Desk:
    return Desk(mongo, clock)


async def test_a_number_of_another_stations_job_changes_nothing(desk: Desk) -> None:
    job = await desk.begin(JobKind.LOG)
    await desk.said("UploadFailure", job.number, station="CP-2")
    report = await desk.begin(JobKind.REPORT)
    assert not await desk.part(report.number, 0, last=True, station="CP-2")
    assert await desk.now(job) == job
    assert await desk.now(report) == report


@pytest.mark.parametrize("number", [None, 0, -1, 10**30, 99])
async def test_a_number_that_is_nobodys_is_kept_by_nobody(desk: Desk, number: int | None) -> None:
    log, report = await desk.begin(JobKind.LOG), await desk.begin(JobKind.REPORT)
    await desk.said("Uploaded", number)
    assert not await desk.part(number or 0, 0)
    assert [await desk.now(each) for each in (log, report)] == [log, report]


async def test_without_a_number_the_newest_that_goes_on_is_meant(desk: Desk) -> None:
    older, newer = await desk.begin(JobKind.DIAGNOSTICS), await desk.begin(JobKind.DIAGNOSTICS)
    await desk.said("UploadFailed")
    assert (await desk.now(newer)).ending is Ending.FAILED
    await desk.said("Idle")
    await desk.said("Uploading")
    assert [step.status for step in (await desk.now(older)).steps] == ["Uploading"]


async def test_a_file_that_was_said_to_be_sent_and_never_came_is_none(desk: Desk) -> None:
    job = await desk.begin(JobKind.LOG)
    await desk.said("Uploaded", job.number)
    assert (await desk.now(job)).ending is None, "it may be on its way"
    await desk.clock.advance(hours=1)
    await desk.progress.end_what_is_overdue()
    ended = await desk.now(job)
    assert (ended.ending, ended.reason) == (Ending.TIMED_OUT, "the station said Uploaded last, no file came")
    await desk.progress.arrived(job.number, FILE)
    assert (await desk.now(job)).ending is Ending.DONE, "late is not lost"


async def test_a_file_that_came_is_there_whatever_its_station_says_of_it(desk: Desk) -> None:
    silent, first = await desk.begin(JobKind.LOG), await desk.begin(JobKind.LOG)
    for job in (silent, first):
        await desk.progress.arrived(job.number, FILE)
        assert (await desk.now(job)).ending is None
    await desk.said("Uploaded", first.number)
    await desk.clock.advance(minutes=2)
    await desk.progress.end_what_is_overdue()
    assert [(await desk.now(job)).ending for job in (silent, first)] == [Ending.DONE, Ending.DONE]


async def test_firmware_ends_with_its_installation_and_at_the_latest_after_a_day(desk: Desk) -> None:
    installed, silent = await desk.begin(JobKind.FIRMWARE), await desk.begin(JobKind.FIRMWARE)
    for status in ("Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed"):
        await desk.firmware(status, installed.number)
    assert (await desk.now(installed)).ending is Ending.DONE
    await desk.firmware("Downloading")
    await desk.clock.advance(seconds=LASTS[JobKind.FIRMWARE].total_seconds())
    await desk.progress.end_what_is_overdue()
    assert (await desk.now(silent)).reason == "the station said Downloading last"
    await desk.firmware("InvalidSignature", silent.number)
    assert (await desk.now(silent)).ending is Ending.FAILED


async def test_each_part_of_a_report_gives_the_next_one_time(desk: Desk) -> None:
    job = await desk.begin(JobKind.REPORT)
    for seq in range(3):
        await desk.clock.advance(seconds=50)
        assert await desk.part(job.number, seq)
        await desk.progress.end_what_is_overdue()
    found = await desk.now(job)
    assert (found.ending, found.deadline) == (None, desk.clock.now() + timedelta(minutes=1))
    await desk.part(job.number, 3, last=True)
    assert (await desk.now(job)).ending is Ending.DONE


async def test_parts_that_are_not_counted_come_in_the_order_in_which_they_came(desk: Desk) -> None:
    job = await desk.begin(JobKind.REPORT)
    await desk.part(job.number, None)
    await desk.part(job.number, None, last=True)
    assert (await desk.now(job)).ending is Ending.DONE
    assert len(await desk.store.parts(job.number)) == 2


async def test_a_part_with_a_number_beyond_reason_is_not_counted(desk: Desk) -> None:
    job = await desk.begin(JobKind.REPORT)
    assert await desk.part(job.number, 10**30, last=True)
    assert await desk.part(job.number, -5)
    assert await desk.now(job) == job
