"""What takes a station longer than its answer: files that it sends or fetches, reports in parts, swaps. Pure.

A job ends by what the station says last, by what has arrived, or by its time: then with what came.
Spec: OCPP 1.6, DiagnosticsStatus, FirmwareStatus; security whitepaper and OCPP 2.0.1, UploadLogStatusEnumType
FirmwareStatusEnumType and PublishFirmwareStatusEnumType; 2.0.1, B07 (parts of a report); 2.1,
BatterySwapEventEnumType.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cpo_adapter.files.stored import StoredFile


class JobKind(StrEnum):
    DIAGNOSTICS = "diagnostics"
    LOG = "log"
    FIRMWARE = "firmware"
    PUBLICATION = "firmware publication"
    REPORT = "report"
    SWAP = "battery swap"


UPLOADS: Final = frozenset({JobKind.DIAGNOSTICS, JobKind.LOG})
DOWNLOADS: Final = (JobKind.FIRMWARE, JobKind.PUBLICATION)
LASTS: Final = {
    JobKind.DIAGNOSTICS: timedelta(hours=1),
    JobKind.LOG: timedelta(hours=1),
    JobKind.FIRMWARE: timedelta(hours=24),
    JobKind.PUBLICATION: timedelta(hours=24),
    JobKind.REPORT: timedelta(minutes=1),
    JobKind.SWAP: timedelta(hours=1),
}
"""From the last that was heard of it, for a report; from the order, for files."""

AFTER_ARRIVAL: Final = timedelta(minutes=2)
"""So long the station may take to say that it has sent what has arrived."""

_ENDED_WELL: Final = frozenset({"Uploaded", "Installed", "Published", "BatteryOut"})
_FAILED: Final = frozenset(
    {
        "BadMessage",
        "BatteryOutTimeout",
        "DownloadFailed",
        "InstallVerificationFailed",
        "InstallationFailed",
        "InvalidChecksum",
        "InvalidSignature",
        "NotSupportedOperation",
        "PermissionDenied",
        "PublishFailed",
        "UploadFailed",
        "UploadFailure",
        "AcceptedCanceled",
    }
)


class Ending(StrEnum):
    DONE = "done"
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class Step:
    """`detail` is what the station added."""

    status: str
    at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """`number` is the request id; `parts` those of a report that came, `last_part` the one that said so."""

    number: int
    station: str
    kind: JobKind
    about: str
    asked_at: datetime
    deadline: datetime
    steps: tuple[Step, ...] = ()
    file: StoredFile | None = None
    parts: frozenset[int] = frozenset()
    last_part: int | None = None
    ending: Ending | None = None
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        """Counting begins with 0, and with 1 in stations that err."""
        if self.last_part is None:
            return False
        first = min(self.parts)
        return first <= 1 and self.parts >= set(range(first, self.last_part + 1))

    @property
    def missing_parts(self) -> list[int]:
        upto = self.last_part if self.last_part is not None else max(self.parts, default=0)
        return sorted(set(range(min(self.parts, default=0), upto + 1)) - self.parts)


def ending(job: Job, now: datetime) -> Ending | None:
    """How it ends as it is; None while it goes on."""
    if job.kind is JobKind.REPORT:
        return _of_report(job, now)
    said = {step.status for step in job.steps}
    if said & _FAILED and not said & _ENDED_WELL:
        return Ending.FAILED
    if said & _ENDED_WELL and (job.file is not None or job.kind not in UPLOADS):
        return Ending.DONE
    if now < job.deadline:
        return None
    return Ending.DONE if job.file is not None and job.kind in UPLOADS else Ending.TIMED_OUT


def _of_report(job: Job, now: datetime) -> Ending | None:
    if job.is_whole:
        return Ending.DONE
    if now < job.deadline:
        return None
    return Ending.INCOMPLETE if job.parts else Ending.TIMED_OUT
