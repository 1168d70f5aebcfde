"""What the adapter remembers of its stations across restarts.

`stations`: one document for each, under its identity: what it said when it booted, its newest report for
each outlet (which replaces an older one only, in the write itself), how it identifies itself (`key_store`).
`station_notices`: frames that are kept for people to look at, for a year, without a station's own key.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cpo_adapter.ocpp.events import Booted, ConnectorStatus, Origin, Outlet
from cpo_adapter.ocpp.secrets import safe_frame
from cpo_adapter.stations.boots import Make
from cpo_adapter.stations.status import Report, StationState
from ocpi.process.batches import Batches
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo, UpdateOne, Write, Written, write_each
from ocpi.process.tasks import Supervisor

NOTICES: Final = "station_notices"
_KEPT = timedelta(days=365)


class StationStore:
    """What many stations tell at the same time shares one write."""

    def __init__(self, mongo: Mongo, supervisor: Supervisor) -> None:
        self._mongo = mongo
        self._putting = Batches("keep what stations tell", self._put_all, supervisor)
        self._stations = mongo.collection("stations")
        self._notices = mongo.collection(NOTICES)

    async def prepare(self) -> None:
        await self._mongo.declare(
            [
                Index(
                    collection=NOTICES,
                    keys=[("received_at", ASCENDING)],
                    expire_after_s=int(_KEPT.total_seconds()),
                ),
                Index(collection="stations", keys=[("told_at", ASCENDING)]),
                Index(collection=NOTICES, keys=[("station", ASCENDING), ("received_at", ASCENDING)]),
            ]
        )

    async def states(self) -> dict[str, StationState]:
        """As they were left; who is connected is not among what is remembered."""
        return {document["_id"]: _state(document) async for document in self._stations.find({})}

    async def told_since(self, at: datetime | None) -> list[tuple[str, StationState, datetime]]:
        """What was told to any process of late, or ever, and when."""
        wanted: Document = {"told_at": {"$gte": at}} if at else {"told_at": {"$exists": True}}
        found = self._stations.find(wanted)
        return [(each["_id"], _state(each), each["told_at"]) async for each in found]

    async def makes(self) -> dict[str, Make]:
        """As each told it at its last boot."""
        found = self._stations.find({"boot": {"$exists": True}}, {"boot": 1})
        return {
            each["_id"]: Make(**{name: str(each["boot"].get(name, "")) for name in Make.__slots__})
            async for each in found
        }

    async def put_boot(self, event: Booted, *, accepted: bool) -> None:
        boot = {
            "vendor": event.vendor,
            "model": event.model,
            "serial": event.serial,
            "firmware": event.firmware,
        }
        told: Document = {"boot": boot | {"at": event.origin.received_at}, "is_installing": False}
        if accepted:
            told["accepted"] = True
        await self._put(event.origin.station, told)

    async def put_report(self, station: str, outlet: Outlet, report: Report) -> None:
        field = f"reports.{outlet.evse}-{outlet.connector}"
        told = {"status": report.status.value, "error_code": report.error_code, "at": report.at}
        is_newer = {"$gte": [report.at, {"$ifNull": [f"${field}.at", report.at]}]}
        newest = {"$cond": [is_newer, {"$literal": told}, f"${field}"]}
        change = [{"$set": {field: newest, "told_at": "$$NOW"}}]
        await self._putting.add(station, UpdateOne({"_id": station}, change, upsert=True))

    async def put_installing(self, station: str, *, is_installing: bool) -> None:
        await self._put(station, {"is_installing": is_installing})

    async def _put(self, station: str, told: Document) -> None:
        change = {"$set": told, "$currentDate": {"told_at": True}}
        await self._putting.add(station, UpdateOne({"_id": station}, change, upsert=True))

    async def _put_all(self, updates: Sequence[Write]) -> list[Written | Exception]:
        return await write_each(self._stations, updates)

    async def add_notice(self, origin: Origin, action: str) -> None:
        await self._notices.insert_one(
            {
                "station": origin.station,
                "received_at": origin.received_at,
                "action": action,
                "frame": safe_frame(origin.frame),
            }
        )


def _state(document: Document) -> StationState:
    return StationState(
        accepted=document.get("accepted", False),
        booted_at=document.get("boot", {}).get("at"),
        is_installing=document.get("is_installing", False),
        reports={_outlet(name): _report(told) for name, told in document.get("reports", {}).items()},
    )


def _outlet(name: str) -> Outlet:
    evse, connector = name.split("-")
    return Outlet(int(evse), int(connector))


def _report(told: Document) -> Report:
    return Report(ConnectorStatus(told["status"]), told["error_code"], told["at"])
