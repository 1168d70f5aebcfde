"""Orders that take their time: a job is on disk before the station is asked, whatever comes of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import quote

from cpo_adapter.files.door import PATH
from cpo_adapter.files.shelf import Firmware, Shelf
from cpo_adapter.files.tickets import Tickets, Way
from cpo_adapter.maintenance.asking import Asking, Heard
from cpo_adapter.maintenance.job_store import JobStore
from cpo_adapter.maintenance.jobs import Ending, Job, JobKind
from cpo_adapter.ocpp.orders import (
    Customer,
    Inventory,
    ListMessages,
    ListProfiles,
    LogKind,
    Order,
    PublishFirmware,
    ReportAll,
    ReportMonitors,
    ReportSome,
    SendDiagnostics,
    SendLog,
    UpdateFirmware,
)
from ocpi.errors import UnknownObject
from ocpi.process.clock import Clock

_NO_FILE_NAME: Final = "the station named no file: it may have none"


@dataclass(frozen=True, slots=True)
class Begun:
    """`firmware` where that is fetched from us."""

    job: Job
    heard: Heard
    firmware: Firmware | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Of what a log is about; open where there is no end."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareWanted:
    """`file` of ours or `url` of the maker's; `certificate` (PEM) and `signature` (base64) are its."""

    file: str = ""
    url: str = ""
    retrieve_at: datetime | None = None
    install_at: datetime | None = None
    certificate: str = ""
    signature: str = ""


class Errands:
    def __init__(
        self, *, asking: Asking, store: JobStore, tickets: Tickets, shelf: Shelf, url: str, clock: Clock
    ) -> None:
        """`url`: where stations find us by HTTP, without the path of files."""
        self._asking = asking
        self._store = store
        self._tickets = tickets
        self._shelf = shelf
        self._url = url.rstrip("/") + PATH
        self._clock = clock

    async def diagnostics(self, station: str, period: Period) -> Begun:
        """A log in versions that have no diagnostics. Raises as `Asking.order`."""
        if not self._asking.speaks_16(station):
            return await self.log(station, LogKind.DIAGNOSTICS, period)

        async def order(job: Job) -> Order:
            return SendDiagnostics(await self._address_in(job), period.since, period.until)

        begun = await self.begin(station, JobKind.DIAGNOSTICS, "diagnostics", order)
        if begun.heard.is_accepted and not begun.heard.told.get("fileName"):
            await self._store.note(begun.job.number, _NO_FILE_NAME)
            return replace(begun, heard=replace(begun.heard, reason=_NO_FILE_NAME))
        return begun

    async def log(self, station: str, kind: LogKind, period: Period) -> Begun:
        async def order(job: Job) -> Order:
            return SendLog(job.number, await self._address_in(job), kind, period.since, period.until)

        return await self.begin(station, JobKind.LOG, kind.value, order)

    async def firmware(self, station: str, wanted: FirmwareWanted) -> Begun:
        """Raises as `Asking.order`; UnknownObject also where there is no such file."""
        firmware = await self._firmware(wanted.file) if wanted.file else None
        retrieve_at = wanted.retrieve_at or self._clock.now()

        async def order(job: Job) -> Order:
            url = await self._address_out(job, wanted.file) if firmware else wanted.url
            return UpdateFirmware(
                job.number, url, retrieve_at, wanted.install_at, wanted.certificate, wanted.signature
            )

        begun = await self.begin(station, JobKind.FIRMWARE, wanted.file or wanted.url, order)
        return replace(begun, firmware=firmware)

    async def publication(self, station: str, name: str) -> Begun:
        """Firmware that a local controller shall offer. Raises as `firmware`."""
        firmware, md5 = await self._firmware(name), await self._shelf.md5(name)

        async def order(job: Job) -> Order:
            return PublishFirmware(job.number, await self._address_out(job, name), md5)

        begun = await self.begin(station, JobKind.PUBLICATION, f"{name}, MD5 {md5}", order)
        return replace(begun, firmware=firmware)

    async def report(self, station: str, about: Inventory, names: Sequence[str] = ()) -> Begun:
        """Of the variables that are named, else of all that `about` means."""
        if names:
            return await self._reported(
                station, ", ".join(names), lambda number: ReportSome(number, tuple(names))
            )
        return await self._reported(station, about.value, lambda number: ReportAll(number, about))

    async def customer(self, station: str, uid: str, *, is_reported: bool, is_erased: bool) -> Begun:
        """A customer who is only erased is not told of any more."""
        begun = await self._reported(
            station,
            "a customer",
            lambda number: Customer(number, uid, is_reported=is_reported, is_erased=is_erased),
        )
        if begun.heard.is_accepted and not is_reported:
            await self._store.end(begun.job, Ending.DONE)
            return replace(begun, job=replace(begun.job, ending=Ending.DONE))
        return begun

    async def messages(self, station: str) -> Begun:
        return await self._reported(station, "display messages", ListMessages)

    async def profiles(self, station: str) -> Begun:
        return await self._reported(station, "charging profiles", ListProfiles)

    async def monitors(self, station: str) -> Begun:
        return await self._reported(station, "monitors", ReportMonitors)

    async def _reported(self, station: str, about: str, make: Callable[[int], Order]) -> Begun:
        async def order(job: Job) -> Order:
            return make(job.number)

        return await self.begin(station, JobKind.REPORT, about, order)

    async def begin(
        self, station: str, kind: JobKind, about: str, order: Callable[[Job], Awaitable[Order]]
    ) -> Begun:
        """`order` is made of the job. Raises as `Asking.order`."""
        self._asking.check_is_here(station)
        job = await self._store.begin(station, kind, about, self._clock.now())
        try:
            heard = await self._asking.order(station, await order(job))
        except Exception as error:
            await self._dropped(job, str(error))
            raise
        if not heard.is_accepted and not heard.may_follow:
            await self._dropped(job, heard.reason or f"the station answered {heard.status}")
        return Begun(await self._store.job(job.number) or job, heard)

    async def _dropped(self, job: Job, reason: str) -> None:
        await self._tickets.void(job.number)
        await self._store.end(job, Ending.FAILED, reason)

    async def _address_in(self, job: Job) -> str:
        return f"{self._url}/{await self._tickets.issue(job.station, job.number, Way.IN, job.deadline)}"

    async def _address_out(self, job: Job, name: str) -> str:
        """With the name at its end: some stations look there for what it is."""
        secret = await self._tickets.issue(job.station, job.number, Way.OUT, job.deadline, name)
        return f"{self._url}/{secret}/{quote(name)}"

    async def _firmware(self, name: str) -> Firmware:
        try:
            return await self._shelf.firmware(name)
        except FileNotFoundError as error:
            raise UnknownObject(str(error)) from None
