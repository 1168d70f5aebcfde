"""Signed readings in MongoDB as they came, and what was found out about them.

A reading is kept once, however often it is told. What is found out may be found out again: an alarm is raised
once for each transaction.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from cpo_adapter.metrology.model import Alarm, Attested, MeterPlace
from cpo_adapter.ocpp.events import SignedReading
from ocpi.process.mongo import ASCENDING, DESCENDING, BulkWriteError, Document, Index, Mongo

READINGS: Final = "signed_readings"
CHECKS: Final = "metering_checks"
_DUPLICATE: Final = 11000
INDEXES = (
    Index(collection=READINGS, keys=(("number", ASCENDING),)),
    Index(collection=CHECKS, keys=(("at", DESCENDING),)),
)


class SignedStore:
    def __init__(self, mongo: Mongo) -> None:
        self._readings = mongo.collection(READINGS)
        self._checks = mongo.collection(CHECKS)

    async def keep(self, number: int, readings: Sequence[SignedReading], heard_at: datetime) -> None:
        """Those of one message, of the transaction of that number."""
        documents = [_of_reading(number, place, each, heard_at) for place, each in enumerate(readings)]
        try:
            await self._readings.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            if any(each["code"] != _DUPLICATE for each in error.details["writeErrors"]):
                raise

    async def of(self, number: int) -> tuple[SignedReading, ...]:
        """In the order in which they were heard."""
        found = self._readings.find({"number": number}).sort([("heard_at", ASCENDING), ("place", ASCENDING)])
        return tuple([_reading_of(each) async for each in found])

    async def put_check(
        self, number: int, place: MeterPlace, attested: Attested, at: datetime
    ) -> Iterable[Alarm]:
        """The alarms that are new."""
        told = {
            "station": place.station,
            "evse": place.evse,
            "verdict": attested.verdict,
            "alarms": sorted(attested.alarms),
            "at": at,
        }
        before = await self._checks.find_one_and_update({"_id": number}, {"$set": told}, upsert=True)
        known = set(before["alarms"]) if before else set()
        return [alarm for alarm in sorted(attested.alarms) if alarm.value not in known]

    async def checks(self, limit: int, *, alarmed: bool) -> list[Document]:
        """The newest first; `alarmed`: those alone that somebody has to look at."""
        wanted: Document = {"alarms": {"$ne": []}} if alarmed else {}
        return [each async for each in self._checks.find(wanted).sort("at", DESCENDING).limit(limit)]


def digest(reading: SignedReading) -> str:
    """SHA-256 of what was signed: the same at the station, here and at every partner."""
    return hashlib.sha256(reading.data.encode()).hexdigest()


def _of_reading(number: int, place: int, reading: SignedReading, heard_at: datetime) -> Document:
    return {
        "_id": f"{number}|{digest(reading)}",
        "number": number,
        "at": reading.at,
        "heard_at": heard_at,
        "place": place,
        "data": reading.data,
        "encoding": reading.encoding,
        "public_key": reading.public_key,
        "context": reading.context,
    }


def _reading_of(stored: Document) -> SignedReading:
    return SignedReading(
        at=stored["at"],
        data=stored["data"],
        encoding=stored["encoding"],
        public_key=stored["public_key"],
        context=stored["context"],
    )
