"""Joins what stations say of files and reports to the jobs that asked for them, and ends what is over."""

from typing import Final, TypeGuard

from cpo_adapter.files.stored import StoredFile
from cpo_adapter.maintenance.job_store import JobStore
from cpo_adapter.maintenance.jobs import AFTER_ARRIVAL, DOWNLOADS, UPLOADS, Ending, Job, JobKind, Step, ending
from cpo_adapter.ocpp.events import FirmwareProgressed, Progressed, ReportPart, Work
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.mongo import DriverError

_log = logs.logger(__name__)

LOOK_EVERY_S: Final = 5.0
_NOTHING_DONE: Final = "Idle"
_KINDS: Final = {
    Work.DIAGNOSTICS: JobKind.DIAGNOSTICS,
    Work.LOG: JobKind.LOG,
    Work.FIRMWARE: JobKind.FIRMWARE,
    Work.PUBLICATION: JobKind.PUBLICATION,
    Work.SWAP: JobKind.SWAP,
}


class Progress:
    """The `Errands` of the room that hears stations."""

    def __init__(self, *, store: JobStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run(self) -> None:
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            try:
                await self.end_what_is_overdue()
            except (DriverError, TimeoutError):
                _log.exception("jobs of stations not looked at")

    async def end_what_is_overdue(self) -> None:
        for job in await self._store.overdue(self._clock.now()):
            await self._end_if_over(job)

    async def progressed(self, event: Progressed) -> None:
        kind = _KINDS[event.work]
        await self._step(event.origin.station, kind, event.number, event.status, event.detail)

    async def firmware_progressed(self, event: FirmwareProgressed) -> None:
        await self._step(event.origin.station, JobKind.FIRMWARE, event.number, event.status)

    async def reported(self, event: ReportPart) -> bool:
        """Whether it belongs to a report that this station was asked for."""
        station, number = event.origin.station, event.number
        if not _is_number(number) or not await self._store.owns_report(station, number):
            return False
        now = event.origin.received_at
        job = await self._store.part_came(
            number, event.seq, event.told, now, action=event.action, is_last=event.is_last
        )
        await self._end_if_over(job)
        return True

    async def arrived(self, number: int, file: StoredFile) -> None:
        now = self._clock.now()
        await self._end_if_over(await self._store.arrived(number, file, now + AFTER_ARRIVAL))

    async def fetched(self, station: str, number: int) -> None:
        """The station has the whole of a file: it may say so itself, later."""
        for kind in DOWNLOADS:  # it is one of them
            await self._store.step(station, kind, number, Step("(fetched)", self._clock.now()))

    async def _step(
        self, station: str, kind: JobKind, number: int | None, status: str, detail: str = ""
    ) -> None:
        if status in ("", _NOTHING_DONE) or not (number is None or _is_number(number)):
            return
        now = self._clock.now()
        await self._end_if_over(await self._store.step(station, kind, number, Step(status, now, detail)))

    async def _end_if_over(self, job: Job | None) -> None:
        how = ending(job, self._clock.now()) if job is not None else None
        if job is None or how is None or not await self._store.end(job, how, _why(job, how)):
            return
        _log.info("job of a station ended", station=job.station, job=job.number, kind=job.kind, how=how.value)


def _is_number(told: int | None) -> TypeGuard[int]:
    """Of a request of ours, as far as that can be seen."""
    return told is not None and 0 < told < 1 << 31


def _why(job: Job, how: Ending) -> str:
    if how is Ending.INCOMPLETE:
        return f"parts missing: {job.missing_parts[:20] or 'the last ones'}"
    if how is Ending.TIMED_OUT and job.steps:
        no_file = ", no file came" if job.kind in UPLOADS and job.file is None else ""
        return f"the station said {job.steps[-1].status} last{no_file}"
    return ""
