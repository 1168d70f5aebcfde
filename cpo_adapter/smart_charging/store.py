"""Which sessions somebody limits, and what that party was last told of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cpo_adapter.commands.model import ReplyTo
from cpo_adapter.commands.store import of_reply, reply_of
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.schedules import Limit, RateUnit, Schedule
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo

COLLECTION: Final = "limited_sessions"
_KEPT: Final = timedelta(days=30)
INDEXES = (
    Index(collection=COLLECTION, keys=(("since", ASCENDING),), expire_after_s=int(_KEPT.total_seconds())),
)


@dataclass(frozen=True, slots=True)
class Limited:
    """`reply` is of whoever set the newest profile, and hears of changes."""

    session_id: str
    number: int
    station: str
    outlet: Outlet
    reply: ReplyTo
    told: Schedule | None = None


class LimitedSessions:
    def __init__(self, mongo: Mongo) -> None:
        self._limited = mongo.collection(COLLECTION)

    async def put(self, limited: Limited, since: datetime) -> None:
        """A profile was set; what was told before is not forgotten."""
        facts = {
            "number": limited.number,
            "station": limited.station,
            "evse": limited.outlet.evse,
            "connector": limited.outlet.connector,
            "reply": of_reply(limited.reply),
            "since": since,
        }
        await self._limited.update_one({"_id": limited.session_id}, {"$set": facts}, upsert=True)

    async def told(self, limited: Limited, schedule: Schedule) -> None:
        change = {"$set": {"told": _of_schedule(schedule)}}
        await self._limited.update_one({"_id": limited.session_id}, change)

    async def get(self, session_id: str) -> Limited | None:
        found = await self._limited.find_one({"_id": session_id})
        return _limited_of(found) if found else None

    async def remove(self, limited: Limited) -> None:
        await self._limited.delete_one({"_id": limited.session_id})

    async def all(self) -> list[Limited]:
        return [_limited_of(each) async for each in self._limited.find({})]


def _limited_of(stored: Document) -> Limited:
    return Limited(
        session_id=stored["_id"],
        number=stored["number"],
        station=stored["station"],
        outlet=Outlet(stored["evse"], stored["connector"]),
        reply=reply_of(stored["reply"]),
        told=_schedule_of(stored["told"]) if "told" in stored else None,
    )


def _of_schedule(schedule: Schedule) -> Document:
    return {
        "begins_at": schedule.begins_at,
        "unit": schedule.unit,
        "limits": [[limit.after_s, limit.rate] for limit in schedule.limits],
        "lasts_s": schedule.lasts_s,
        "least": schedule.least,
    }


def _schedule_of(stored: Document) -> Schedule:
    return Schedule(
        begins_at=stored["begins_at"],
        unit=RateUnit(stored["unit"]),
        limits=tuple(Limit(*each) for each in stored["limits"]),
        lasts_s=stored["lasts_s"],
        least=stored["least"],
    )
