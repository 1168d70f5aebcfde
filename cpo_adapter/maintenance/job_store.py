"""Jobs in MongoDB, a document for each, and the parts of reports beside them. All of it goes after a month.

A job ends once, whoever sees it first: the ending is written only where there is none yet, or where its time
was over and more came.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from cpo_adapter.files.stored import StoredFile
from cpo_adapter.maintenance.jobs import LASTS, Ending, Job, JobKind, Step
from cpo_adapter.ocpp.framing import Payload
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo, ReturnDocument
from schemas import codec

JOBS: Final = "station_jobs"
PARTS: Final = "station_report_parts"
_KEPT_S: Final = int(timedelta(days=30).total_seconds())
_LARGEST_NUMBER: Final = 2**31 - 1
_LONGEST: Final = 2 * max(LASTS.values())
_LONGEST_DETAIL: Final = 5_000
_MOST_STEPS: Final = 100
_MOST_PARTS: Final = 10_000
INDEXES = (
    Index(collection=JOBS, keys=(("asked_at", ASCENDING),), expire_after_s=_KEPT_S),
    Index(collection=JOBS, keys=(("station", ASCENDING), ("asked_at", DESCENDING))),
    Index(collection=JOBS, keys=(("deadline", ASCENDING),), partial={"ending": None}),
    Index(collection=PARTS, keys=(("at", ASCENDING),), expire_after_s=_KEPT_S),
    Index(collection=PARTS, keys=(("job", ASCENDING), ("part", ASCENDING))),
)
_OPEN: Final = (None, Ending.TIMED_OUT.value, Ending.INCOMPLETE.value)


class JobStore:
    def __init__(self, mongo: Mongo) -> None:
        self._jobs = mongo.collection(JOBS)
        self._parts = mongo.collection(PARTS)
        self._counters = mongo.collection("counters")

    async def begin(self, station: str, kind: JobKind, about: str, now: datetime) -> Job:
        counter = await self._counters.find_one_and_update(
            {"_id": "station job"}, {"$inc": {"last": 1}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        number = (int(counter["last"]) - 1) % _LARGEST_NUMBER + 1
        job = Job(number, station, kind, about, now, now + LASTS[kind])
        await self._jobs.replace_one({"_id": number}, _of_job(job), upsert=True)
        return job

    async def job(self, number: int) -> Job | None:
        found = await self._jobs.find_one({"_id": number})
        return job_of(found) if found else None

    async def newest(self, station: str | None, limit: int) -> list[Job]:
        wanted = {} if station is None else {"station": station}
        found = self._jobs.find(wanted).sort([("asked_at", DESCENDING), ("_id", DESCENDING)]).limit(limit)
        return [job_of(each) async for each in found]

    async def overdue(self, now: datetime) -> list[Job]:
        return [job_of(each) async for each in self._jobs.find({"ending": None, "deadline": {"$lte": now}})]

    async def step(self, station: str, kind: JobKind, number: int | None, step: Step) -> Job | None:
        """What the station said of its job: of the one it names, else of the newest that goes on."""
        named: Document = {"station": station, "kind": kind.value}
        if number is None:
            named |= {"ending": {"$in": _OPEN}, "asked_at": {"$gt": step.at - _LONGEST}}
        else:
            named["_id"] = number
        entry = {"status": step.status[:50], "at": step.at, "detail": step.detail[:_LONGEST_DETAIL]}
        return await self._changed(named, {"$push": {"steps": {"$each": [entry], "$slice": -_MOST_STEPS}}})

    async def arrived(self, number: int, file: StoredFile, deadline: datetime) -> Job | None:
        """A file, and until when the station may say more about it."""
        told = {name: getattr(file, name) for name in StoredFile.__slots__}
        return await self._changed({"_id": number}, {"$set": {"file": told, "deadline": deadline}})

    async def owns_report(self, station: str, number: int) -> bool:
        named = {"_id": number, "station": station, "kind": JobKind.REPORT.value}
        return await self._jobs.find_one(named, {"_id": 1}) is not None

    async def part_came(
        self, number: int, part: int | None, told: Payload, at: datetime, *, action: str, is_last: bool
    ) -> Job | None:
        """Kept before it counts. One without a number of its own comes after those that are there."""
        if part is None:
            part = await self._parts.count_documents({"job": number})
        if not 0 <= part <= _MOST_PARTS:
            return await self.job(number)
        kept = {"job": number, "part": part, "at": at, "action": action, "told": _text(told)}
        await self._parts.replace_one({"_id": f"{number}/{part}"}, kept, upsert=True)
        change: Document = {"deadline": at + LASTS[JobKind.REPORT]}
        if is_last:
            change["last_part"] = part
        return await self._changed({"_id": number}, {"$addToSet": {"parts": part}, "$set": change})

    async def parts(self, number: int) -> list[tuple[str, dict[str, Any]]]:
        """Action and payload of each, in order."""
        found = self._parts.find({"job": number}).sort("part", ASCENDING)
        return [(each["action"], _object(each["told"])) async for each in found]

    async def end(self, job: Job, how: Ending, reason: str = "") -> bool:
        """Whether it had not ended like that, or better, before."""
        told: Document = {"ending": how.value}
        if reason:
            told["reason"] = reason
        ended = await self._jobs.update_one({"_id": job.number, "ending": {"$in": _OPEN}}, {"$set": told})
        return ended.modified_count == 1

    async def note(self, number: int, reason: str) -> None:
        await self._jobs.update_one({"_id": number}, {"$set": {"reason": reason}})

    async def _changed(self, named: Document, change: Document) -> Job | None:
        changed = await self._jobs.find_one_and_update(
            named,
            change,
            sort=[("asked_at", DESCENDING), ("_id", DESCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return job_of(changed) if changed else None


def _text(told: Payload) -> str:
    """What a station says may hold what no document of MongoDB can."""
    return codec.encode(told).decode()


def _object(text: str) -> dict[str, Any]:
    found: Any = codec.decode(text.encode())
    return dict(found)


def _of_job(job: Job) -> Document:
    return {
        "_id": job.number,
        "station": job.station,
        "kind": job.kind.value,
        "about": job.about,
        "asked_at": job.asked_at,
        "deadline": job.deadline,
        "ending": None,
    }


def job_of(document: Document) -> Job:
    ending, file = document["ending"], document.get("file")
    return Job(
        number=document["_id"],
        station=document["station"],
        kind=JobKind(document["kind"]),
        about=document["about"],
        asked_at=document["asked_at"],
        deadline=document["deadline"],
        steps=_steps(document.get("steps", ())),
        file=StoredFile(**file) if file else None,
        parts=frozenset(document.get("parts", ())),
        last_part=document.get("last_part"),
        ending=Ending(ending) if ending else None,
        reason=document.get("reason", ""),
    )


def _steps(told: Sequence[Document]) -> tuple[Step, ...]:
    return tuple(Step(each["status"], each["at"], each.get("detail", "")) for each in told)
