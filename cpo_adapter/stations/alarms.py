"""What somebody should look at about a station: one document for each kind of it, counted, for a year.

Grave ones are also logged as errors. What happens all the time is written once a minute, and a station
that always has something new to complain of ten times.
"""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.mongo import DESCENDING, Document, DriverError, Index, Mongo
from ocpi.server.attempts import Attempts

_log = logs.logger(__name__)

ALARMS: Final = "station_alarms"
_KEPT_S: Final = int(timedelta(days=365).total_seconds())
_APART: Final = timedelta(minutes=1)
_A_MINUTE: Final = 10
_MOST_REMEMBERED: Final = 10_000
INDEXES = (Index(collection=ALARMS, keys=(("last_at", DESCENDING),), expire_after_s=_KEPT_S),)


class Kind(StrEnum):
    SERIAL = "serial number changed"
    MAKE = "make or firmware changed"
    BOOTS = "boots again and again"
    SECURITY = "security event"
    CONNECTOR = "connector that nobody provisioned"
    FAULT = "fault reported"
    CERTIFICATE = "no new certificate"


GRAVE: Final[Mapping[Kind, bool]] = MappingProxyType(
    {
        Kind.SERIAL: True,
        Kind.MAKE: False,
        Kind.BOOTS: True,
        Kind.SECURITY: True,
        Kind.CONNECTOR: True,
        Kind.FAULT: False,
        Kind.CERTIFICATE: True,
    }
)


class Alarms:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._alarms = mongo.collection(ALARMS)
        self._clock = clock
        self._raised: OrderedDict[tuple[str, Kind, str], datetime] = OrderedDict()
        self._often = Attempts(clock, allowed=_A_MINUTE, told="a station raises alarms again and again")

    async def raised(self, station: str, kind: Kind, text: str) -> None:
        """A database that is away keeps no station from its answer."""
        now, known = self._clock.now(), (station, kind, text)
        before = self._raised.get(known)
        is_told = before is not None and now - before < _APART
        if is_told or self._often.are_too_many(station):
            return
        self._often.failed(station)
        self._remember(known, now)
        (_log.error if GRAVE[kind] else _log.info)(kind.value, station=station, what=text)
        change: Document = {
            "$set": {"station": station, "kind": kind.value, "text": text, "last_at": now},
            "$setOnInsert": {"first_at": now},
            "$inc": {"times": 1},
        }
        try:
            await self._alarms.update_one({"_id": f"{kind.value}|{station}"}, change, upsert=True)
        except DriverError:
            _log.exception("alarm of a station not kept", station=station)

    async def listed(self, limit: int) -> list[dict[str, Any]]:
        """The latest first."""
        found = self._alarms.find({}).sort("last_at", DESCENDING).limit(limit)
        return [_shown(each) async for each in found]

    def _remember(self, known: tuple[str, Kind, str], now: datetime) -> None:
        self._raised[known] = now
        self._raised.move_to_end(known)
        if len(self._raised) > _MOST_REMEMBERED:
            self._raised.popitem(last=False)


def _shown(document: Document) -> dict[str, Any]:
    named = ("text", "times", "first_at", "last_at")
    kind = Kind(document["kind"])
    return {
        "identity": document["station"],
        "kind": kind.value,
        "is_grave": GRAVE[kind],
        **{name: document[name] for name in named},
    }
