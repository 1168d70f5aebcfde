"""Frames in MongoDB: one document for each message, written many at a time.

A message is `pending` until the session room has it; then it is kept for a month, for whoever wants to see
what a station really said. Everything here may be done twice: the second time changes nothing.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cpo_adapter.keeping.model import GivenNumber, Kept, KeptMessage, key_of
from cpo_adapter.ocpp.raw import RawMessage
from cpo_adapter.sessions.numbers import GIVEN
from ocpi.process.batches import Batches, together
from ocpi.process.clock import Clock
from ocpi.process.mongo import (
    ASCENDING,
    Collection,
    Document,
    DriverError,
    DuplicateKey,
    Index,
    InsertOne,
    Mongo,
    UpdateOne,
    Write,
    Written,
    write_each,
)
from ocpi.process.tasks import Supervisor

MESSAGES: Final = "station_messages"
KEPT_FOR: Final = timedelta(days=30)
INDEXES = (
    Index(
        collection=MESSAGES,
        keys=(("station", ASCENDING), ("order", ASCENDING)),
        partial={"pending": True},
    ),
    Index(collection=MESSAGES, keys=(("done_at", ASCENDING),), expire_after_s=int(KEPT_FOR.total_seconds())),
)

_AT_A_TIME: Final = 100


class MessageStore:
    """`patience_s`: so long a write may take; after that the database is away."""

    def __init__(self, mongo: Mongo, *, supervisor: Supervisor, clock: Clock, patience_s: float = 2) -> None:
        self._messages = mongo.collection(MESSAGES)
        self._given = mongo.collection(GIVEN)
        self._marks = mongo.collection(MESSAGES, is_durable=False)  # lost, a message is understood twice
        self._marks_on_their_way: set[asyncio.Future[Written]] = set()
        self._clock = clock
        self._patience_s = patience_s
        self._keeping = Batches("keep station messages", self._keep_all, supervisor)
        self._marking = Batches("mark station messages", self._mark_all, supervisor)

    async def keep(self, kept: Kept) -> None:
        """A message together with others. Within twice the patience. Raises DriverError, TimeoutError."""
        if isinstance(kept, KeptMessage):
            await self._keeping.add(key_of(kept.message), kept)
        else:
            async with asyncio.timeout(2 * self._patience_s):
                await self.keep_all([kept])

    async def keep_all(self, kept: Sequence[Kept]) -> list[Kept]:
        """In one trip for each kind; those that can never be kept. Raises DriverError, TimeoutError."""
        numbers = [each for each in kept if isinstance(each, GivenNumber)]
        messages = [each for each in kept if isinstance(each, KeptMessage)]
        refused: list[Kept] = []
        refused.extend(await self._inserted(self._given, numbers, [_of_number(each) for each in numbers]))
        refused.extend(
            await self._inserted(self._messages, messages, [_of_message(each) for each in messages])
        )
        return refused

    def done(self, message: RawMessage) -> None:
        """Soon; where it fails, the message is understood a second time."""
        self._mark(message, {})

    def broken(self, message: RawMessage, reason: str) -> None:
        """A person has to look; nobody tries it again by himself."""
        self._mark(message, {"trouble": reason})

    async def marked(self) -> None:
        """Return once all that was said to be done or broken is written. Raises DriverError, TimeoutError."""
        await together(list(self._marks_on_their_way))

    async def pending(self, station: str) -> list[KeptMessage]:
        """What the session room has not got yet, the oldest first, not all at once."""
        found = self._messages.find({"station": station, "pending": True}).sort("order", ASCENDING)
        return [_message_of(each) async for each in found.limit(_AT_A_TIME)]

    async def stations_behind(self, before: datetime | None) -> list[str]:
        """Those with messages, heard before then or ever, that no process has dealt with."""
        wanted: Document = {"pending": True}
        if before is not None:
            wanted["heard_at"] = {"$lt": before}
        return [str(each) for each in await self._messages.distinct("station", wanted)]

    async def waiting_of(self, stations: Sequence[str]) -> list[str]:
        """Those of them with messages that nobody has dealt with."""
        wanted = {"pending": True, "station": {"$in": list(stations)}}
        return [str(each) for each in await self._messages.distinct("station", wanted)]

    async def _keep_all(self, kept: Sequence[KeptMessage]) -> list[Written | Exception]:
        async with asyncio.timeout(self._patience_s):
            outcomes = await write_each(self._messages, [InsertOne(_of_message(each)) for each in kept])
        return [Written.FOUND if isinstance(each, DuplicateKey) else each for each in outcomes]

    async def _inserted(
        self, collection: Collection, kept: Sequence[Kept], documents: Sequence[Document]
    ) -> list[Kept]:
        """Those that were not, for what they are and not for the state of the database."""
        if not documents:
            return []
        async with asyncio.timeout(5 * self._patience_s):
            outcomes = await write_each(collection, [InsertOne(each) for each in documents])
        return [each for each, outcome in zip(kept, outcomes, strict=True) if _is_refused(outcome)]

    def _mark(self, message: RawMessage, more: Document) -> None:
        change = {"done_at": self._clock.now(), **more}
        key = key_of(message)
        update = UpdateOne({"_id": key}, {"$unset": {"pending": ""}, "$set": change})
        told = self._marking.add(key, update)
        self._marks_on_their_way.add(told)
        told.add_done_callback(self._let_it_be)

    def _let_it_be(self, told: "asyncio.Future[Written]") -> None:
        """Whether it failed is nobody's concern who does not wait for it."""
        self._marks_on_their_way.discard(told)
        if not told.cancelled():
            told.exception()

    async def _mark_all(self, updates: Sequence[Write]) -> list[Written | Exception]:
        async with asyncio.timeout(self._patience_s):
            return await write_each(self._marks, updates)


def _is_refused(outcome: Written | Exception) -> bool:
    """Raises what is the database's own trouble."""
    if isinstance(outcome, DriverError) and not isinstance(outcome, DuplicateKey):
        raise outcome
    return isinstance(outcome, Exception) and not isinstance(outcome, DuplicateKey)


def _of_number(given: GivenNumber) -> Document:
    return {"_id": given.number, "told_as": given.told_as, "station": given.station}


def _of_message(kept: KeptMessage) -> Document:
    raw = kept.message
    return {
        "_id": key_of(raw),
        "station": raw.station,
        "version": raw.version,
        "action": raw.action,
        "message_id": raw.message_id,
        "frame": raw.frame,
        "heard_at": raw.heard_at,
        "order": kept.order,
        "pending": True,
    }


def _message_of(document: Document) -> KeptMessage:
    return KeptMessage(
        RawMessage(
            station=document["station"],
            version=document["version"],
            action=document["action"],
            message_id=document["message_id"],
            frame=document["frame"],
            heard_at=document["heard_at"],
        ),
        document["order"],
    )
