"""Messages on their way to endpoints, and afterwards the record of every attempt: one document for each pair.

Who takes a message moves the moment at which it is due, so that nobody else takes it meanwhile, and that it
is taken again by whoever lives if the taker does not. What became of it is written only by who still has it.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from emsp_adapter.webhooks.event import Event
from emsp_adapter.webhooks.schedule import Outcome
from ocpi.process.mongo import (
    ASCENDING,
    DESCENDING,
    Document,
    Index,
    InsertOne,
    Mongo,
    ReturnDocument,
    has_won,
    write_each,
)

COLLECTION: Final = "webhook_messages"
KEPT_FOR: Final = timedelta(days=30)
TAKEN_FOR: Final = timedelta(seconds=60)
"""Longer than an attempt lasts."""
INDEXES: Final = (
    Index(
        collection=COLLECTION,
        keys=(("endpoint", ASCENDING), ("due_at", ASCENDING)),
        partial={"state": "DUE"},
    ),
    Index(
        collection=COLLECTION, keys=(("endpoint", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING))
    ),
    Index(collection=COLLECTION, keys=(("expires_at", ASCENDING),), expire_after_s=0),
)


class State(StrEnum):
    DUE = "DUE"
    DELIVERED = "DELIVERED"
    GIVEN_UP = "GIVEN_UP"


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that this process may send now; `claim` is the proof."""

    id: str
    message: str
    body: bytes
    attempts: int
    claim: str


class Messages:
    def __init__(self, mongo: Mongo) -> None:
        self._messages = mongo.collection(COLLECTION)

    async def add(self, wanted: Iterable[tuple[Event, str]], now: datetime) -> None:
        """Events for endpoints. Durable when this returns; what is there already stays what it is."""
        writes = [InsertOne(_new(event, endpoint_id, now)) for event, endpoint_id in wanted]
        for outcome in await write_each(self._messages, writes) if writes else ():
            has_won(outcome)  # raises what is no repetition

    async def is_due(self, endpoint_id: str, now: datetime) -> bool:
        return await self._messages.find_one(_due(endpoint_id, now), {"_id": True}) is not None

    async def take(self, endpoint_id: str, now: datetime) -> Taken | None:
        """The one that has been due for longest."""
        claim = secrets.token_hex(8)
        found = await self._messages.find_one_and_update(
            _due(endpoint_id, now),
            {"$set": {"due_at": now + TAKEN_FOR, "claim": claim}},
            sort=[("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        if found is None:
            return None
        return Taken(found["_id"], found["message"], found["body"], len(found["attempts"]), claim)

    async def settle(self, taken: Taken, attempt: Document, state: State, due_at: datetime | None) -> None:
        """Nothing, if somebody else has it by now."""
        mine = {"_id": taken.id, "claim": taken.claim}
        changed: Document = {"state": state, "claim": None, **({"due_at": due_at} if due_at else {})}
        await self._messages.update_one(mine, {"$set": changed, "$push": {"attempts": attempt}})

    async def again(self, endpoint_id: str, message: str, now: datetime) -> bool:
        """Due at once, whatever became of it; False where there is none."""
        changed = {"state": State.DUE, "due_at": now, "claim": None, "expires_at": now + KEPT_FOR}
        named = {"_id": _named(endpoint_id, message)}
        return bool((await self._messages.update_one(named, {"$set": changed})).matched_count)

    async def listed(
        self, endpoint_id: str, state: State | None, before: tuple[datetime, str] | None, limit: int
    ) -> list[Document]:
        """The newest first, from behind one that was seen: when it was made, and its own id."""
        wanted: dict[str, Any] = {"endpoint": endpoint_id}
        if state is not None:
            wanted["state"] = state
        if before is not None:
            at, name = before
            same = {"created_at": at, "_id": {"$lt": _named(endpoint_id, name)}}
            wanted["$or"] = [{"created_at": {"$lt": at}}, same]
        order = [("created_at", DESCENDING), ("_id", DESCENDING)]
        return [each async for each in self._messages.find(wanted).sort(order).limit(limit)]

    async def forget(self, endpoint_id: str) -> None:
        await self._messages.delete_many({"endpoint": endpoint_id})


def attempted(at: datetime, outcome: Outcome, took_s: float) -> Document:
    told = {"status": outcome.status, "trouble": outcome.trouble}
    return {"at": at, "took_ms": round(took_s * 1000), **told}


def _due(endpoint_id: str, now: datetime) -> Document:
    return {"endpoint": endpoint_id, "state": State.DUE, "due_at": {"$lte": now}}


def _new(event: Event, endpoint_id: str, now: datetime) -> Document:
    return {
        "_id": _named(endpoint_id, event.id),
        "endpoint": endpoint_id,
        "message": event.id,
        "type": event.type,
        "body": event.body(),
        "state": State.DUE,
        "created_at": now,
        "due_at": now,
        "attempts": [],
        "claim": None,
        "expires_at": now + KEPT_FOR,
    }


def _named(endpoint_id: str, message: str) -> str:
    return f"{endpoint_id}|{message}"
