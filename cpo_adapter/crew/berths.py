"""Which process has which station: one document a station, written by whoever let it in last.

A station belongs to its newest connection. Whoever sees that another process has written after it closes its
own: a ghost, or a clone. What is seen here of others is at most a second old. Only the writes of living
processes count, so nothing has to be renewed for a station that stays where it is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from cpo_adapter.crew.members import Crew
from ocpi.process.batches import Batches
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import (
    ASCENDING,
    Document,
    DuplicateKey,
    Index,
    Mongo,
    UpdateOne,
    Write,
    Written,
    write_each,
)
from ocpi.process.tasks import Supervisor

log = logger(__name__)

COLLECTION: Final = "station_berths"
INDEXES = (Index(collection=COLLECTION, keys=(("at", ASCENDING),)),)
_OVERLAP: Final = timedelta(seconds=2)
"""What was written first may become visible last."""


@dataclass(frozen=True, slots=True)
class Berth:
    """`entry` names the connection, `life` the process that has it, `address` where the station came from."""

    life: str
    entry: str
    subprotocol: str
    address: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Moves:
    """What became of stations since the last look: those that are at another process now, those that are
    nowhere any more, and those of this process that another has taken. `homes` are the addresses from which
    stations came in elsewhere, perhaps told before.
    """

    came: frozenset[str]
    went: frozenset[str]
    lost: frozenset[str]
    homes: Mapping[str, str]


class Berths:
    def __init__(self, *, mongo: Mongo, crew: Crew, supervisor: Supervisor, clock: Clock) -> None:
        self._berths = mongo.collection(COLLECTION)
        self._crew = crew
        self._clock = clock
        self._ours: dict[str, Berth] = {}
        self._unwritten: set[str] = set()
        self._failed: set[str] = set()
        self._others: dict[str, Berth] = {}
        self._elsewhere: frozenset[str] = frozenset()
        self._seen_to: datetime | None = None
        self._writing = Batches("tell where stations are", self._write_all, supervisor)

    def elsewhere(self, station: str) -> Berth | None:
        """At another process that lives."""
        return self._others[station] if station in self._elsewhere else None

    def take(self, station: str, entry: str, subprotocol: str, address: str) -> None:
        """It has come in here: whoever had it before has lost it. Written soon."""
        self._ours[station] = Berth(self._crew.life, entry, subprotocol, address, self._clock.now())
        self._write(station, {"_id": station})

    def leave(self, station: str, entry: str) -> None:
        """It is not here any more; if it is elsewhere already, that stays."""
        if station in self._ours and self._ours[station].entry == entry:
            del self._ours[station]
            self._unwritten.discard(station)
        change = {"$set": {"life": ""}, "$currentDate": {"at": True}}
        with suppress(RuntimeError):  # all ends: nothing of ours counts any more
            _ = self._add(station, UpdateOne({"_id": station, "entry": entry}, change))

    def tell_again(self, *, everything: bool = False) -> None:
        """What could not be told, or all; a station that has gone elsewhere since stays there."""
        again, self._failed = (set(self._ours) if everything else self._failed), set()
        for station in again & self._ours.keys():
            self._write(station, {"_id": station, "since": {"$lte": self._ours[station].since}})

    async def look(self) -> Moves:
        """Raises DriverError."""
        written = {station: berth for station, berth in self._ours.items() if station not in self._unwritten}
        homes: dict[str, str] = {}
        async for each in self._berths.find(self._unseen()):
            self._see(each)
            homes |= self._home(each)
        before, alive = self._elsewhere, set(self._crew.living())
        self._elsewhere = frozenset(name for name, berth in self._others.items() if berth.life in alive)
        lost = {each for each in self._elsewhere if each in written and self._ours.get(each) is written[each]}
        return Moves(self._elsewhere - before, before - self._elsewhere, frozenset(lost), homes)

    def _see(self, told: Document) -> None:
        station, at = told["_id"], told["at"]
        self._seen_to = max(self._seen_to or at, at)
        if told["life"] in ("", self._crew.life):
            self._others.pop(station, None)
        else:
            named = ("life", "entry", "subprotocol", "since")
            address = told.get("address", "")
            self._others[station] = Berth(address=address, **{name: told[name] for name in named})

    def _home(self, told: Document) -> dict[str, str]:
        """Also of a station that has left since; a process before an update may not have told it."""
        ours = self._ours.get(told["_id"])
        is_over = ours is not None and ours.since >= told["since"]
        return {} if is_over or not told.get("address") else {told["_id"]: told["address"]}

    def _unseen(self) -> Document:
        return {} if self._seen_to is None else {"at": {"$gte": self._seen_to - _OVERLAP}}

    def _write(self, station: str, where: Document) -> None:
        berth = self._ours[station]
        self._unwritten.add(station)
        told = {
            "life": berth.life,
            "entry": berth.entry,
            "subprotocol": berth.subprotocol,
            "address": berth.address,
            "since": berth.since,
        }
        update = UpdateOne(where, {"$set": told, "$currentDate": {"at": True}}, upsert=True)
        self._add(station, update).add_done_callback(partial(self._written, station, berth))

    def _add(self, station: str, write: Write) -> "asyncio.Future[Written]":
        done = self._writing.add(station, write)
        done.add_done_callback(_let_it_be)
        return done

    def _written(self, station: str, berth: Berth, done: "asyncio.Future[Written]") -> None:
        """One that another process has taken meanwhile counts as told: the next look finds it there."""
        trouble = None if done.cancelled() else done.exception()
        is_told = not done.cancelled() and (trouble is None or isinstance(trouble, DuplicateKey))
        if self._ours.get(station) is not berth:
            return
        if is_told:
            self._unwritten.discard(station)
        else:
            self._failed.add(station)

    async def _write_all(self, writes: Sequence[Write]) -> list[Written | Exception]:
        return await write_each(self._berths, writes)


def _let_it_be(done: "asyncio.Future[Written]") -> None:
    """What failed is told again when the database is back."""
    if not done.cancelled() and done.exception() is not None:
        log.info("where a station is could not be told", reason=type(done.exception()).__name__)
