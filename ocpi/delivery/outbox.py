"""The durable marks: party P lacks the current state of object O.

A mark that is put again while its object is on the way gets a new revision, so that the arrival of the older
state does not clear it. A bill leaves a receipt: when its owner sends it once more, that it arrived is known.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ocpi.process.batches import AT_MOST, Batches, together
from ocpi.process.clock import Clock
from ocpi.process.logs import current_correlation, pseudonym
from ocpi.process.mongo import (
    ASCENDING,
    Document,
    DuplicateKey,
    Index,
    Mongo,
    UpdateOne,
    Written,
    write_each,
)
from ocpi.process.tasks import Supervisor
from schemas.kinds import ObjectKind, PartyId

MARKS: Final = "outbox"
RECEIPTS: Final = "receipts"
_HEAD_START: Final = timedelta(days=1)
INDEXES = (
    Index(
        collection=MARKS,
        keys=(("to", ASCENDING), ("next_try", ASCENDING)),
        partial={"next_try": {"$exists": True}},
    ),
    Index(collection=MARKS, keys=(("parked_at", ASCENDING),), partial={"parked_at": {"$exists": True}}),
)


@dataclass(frozen=True, slots=True)
class Due:
    """What to mark. `sender` and `to` become the routing headers; `to` receives in `role`.

    `behind` names a mark that must be gone first: the session before its bill. What `is_urgent` goes out
    before whatever else the party lacks. `correlation_id` is that of what is going on, and goes with the
    delivery unless several things brought it about.
    """

    object_id: str
    kind: ObjectKind
    sender: PartyId
    to: PartyId
    role: str
    behind: str | None = None
    is_urgent: bool = False
    correlation_id: str | None = field(default_factory=current_correlation, compare=False)

    @property
    def mark_id(self) -> str:
        return mark_id(self.to, self.object_id)

    @property
    def label(self) -> str:
        """The object's name in a log: a card's uid is personal, so cards go by their pseudonym."""
        return f"token {pseudonym(self.object_id)}" if self.kind is ObjectKind.TOKEN else self.object_id


@dataclass(frozen=True, slots=True)
class Mark:
    """`attempts` failed for any reason, `refusals` of them because the far side did not want the object."""

    due: Due
    revision: int
    attempts: int
    refusals: int
    since: datetime


class Outbox:
    """What is written about a mark goes to the revision that was seen, and to no later one."""

    def __init__(self, mongo: Mongo, clock: Clock, supervisor: Supervisor | None = None) -> None:
        self._marks = mongo.collection(MARKS)
        self._receipts = mongo.collection(RECEIPTS)
        self._clock = clock
        self._batches: Batches[Due, Written] = Batches(
            "write marks", self._send, supervisor or Supervisor(name="outbox", clock=clock)
        )

    async def put(self, dues: Sequence[Due]) -> None:
        """Durable when this returns. A great many go in several trips: others' marks get in between."""
        once = list({due.mark_id: due for due in dues}.items())
        for begin in range(0, len(once), AT_MOST):
            await together([self._batches.add(*each) for each in once[begin : begin + AT_MOST]])

    async def _send(self, dues: Sequence[Due]) -> list[Written | Exception]:
        return await write_each(self._marks, [self._upsert(due) for due in dues])

    def _upsert(self, due: Due) -> UpdateOne:
        return UpdateOne({"_id": due.mark_id}, self._change(due), upsert=True)

    def _change(self, due: Due) -> list[Document]:
        """The mark as it is now due, in the database's own words: nothing of a stranger is read as one."""
        now = self._clock.now()
        is_waiting = {"$ne": [{"$type": "$next_try"}, "missing"]}
        is_another = {"$and": [is_waiting, {"$ne": ["$correlation_id", {"$literal": due.correlation_id}]}]}
        fields: Document = {
            "object_id": {"$literal": due.object_id},
            "kind": due.kind,
            "sender": str(due.sender),
            "to": str(due.to),
            "role": due.role,
            "behind": {"$literal": due.behind},
            "urgent": due.is_urgent,
            "since": {"$cond": [is_waiting, "$since", now]},
            "correlation_id": {"$cond": [is_another, None, {"$literal": due.correlation_id}]},
            "next_try": now - _HEAD_START if due.is_urgent else now,
            "attempts": 0,
            "refusals": 0,
            "revision": {"$add": [{"$ifNull": ["$revision", 0]}, 1]},
        }
        return [{"$set": fields}, {"$unset": ["parked", "parked_at"]}]

    async def put_unless_delivered(self, due: Due) -> None:
        """For a bill that came once more: mark it, unless it has arrived or is on its way."""
        if await self._receipts.find_one({"_id": due.mark_id}, {"_id": 1}) is not None:
            return
        absent = {"_id": due.mark_id, "next_try": {"$exists": False}}
        with suppress(DuplicateKey):
            await self._marks.update_one(absent, self._change(due), upsert=True)

    async def parties_due(self, but_not: Collection[PartyId]) -> list[PartyId]:
        """Who lacks something whose time has come."""
        wanted = {"next_try": {"$lte": self._clock.now()}, "to": {"$nin": [str(each) for each in but_not]}}
        return [PartyId.parse(each) for each in await self._marks.distinct("to", wanted)]

    async def due_to(self, party: PartyId, limit: int) -> list[Mark]:
        """The marks of one party whose time has come, the longest waiting first."""
        wanted = {"to": str(party), "next_try": {"$lte": self._clock.now()}}
        return [_mark(document) async for document in self._marks.find(wanted).sort("next_try").limit(limit)]

    async def waits_until(self, waiting_mark_id: str) -> datetime | None:
        """When that mark is tried next; None when it is delivered, or parked: then it holds nobody up."""
        found = await self._marks.find_one({"_id": waiting_mark_id}, {"next_try": 1})
        return None if found is None else found.get("next_try")

    async def delivered(self, mark: Mark, location: str | None) -> None:
        """Clear the mark, unless the object changed on the way: then it is due again."""
        if mark.due.kind is ObjectKind.CDR:
            receipt = {"at": self._clock.now(), "location": location}
            await self._receipts.update_one({"_id": mark.due.mark_id}, {"$set": receipt}, upsert=True)
        await self._marks.delete_one(_exactly(mark))

    async def postpone(self, mark: Mark, until: datetime, error: str, *, refused: bool) -> None:
        """What is urgent stays the first to be tried: a party that cannot be reached rests as a whole."""
        counts = {"attempts": mark.attempts + 1, "refusals": mark.refusals + refused}
        waits = {"next_try": until} if refused or not mark.due.is_urgent else {}
        change = {"last_error": error, **waits, **counts}
        await self._marks.update_one(_exactly(mark), {"$set": change})

    async def wait(self, mark: Mark, until: datetime) -> None:
        """Not a failure: something else goes first."""
        await self._marks.update_one(_exactly(mark), {"$set": {"next_try": until}})

    async def park(self, mark: Mark, reason: str) -> None:
        """Left for the operator."""
        change = {"parked": reason, "parked_at": self._clock.now(), "attempts": mark.attempts + 1}
        await self._marks.update_one(_exactly(mark), {"$set": change, "$unset": {"next_try": ""}})

    async def drop(self, mark: Mark) -> None:
        await self._marks.delete_one(_exactly(mark))

    async def hurry(self, party: PartyId) -> None:
        """The party can be reached again: what waited for that is due now; what it refused is not."""
        delayed = {"to": str(party), "next_try": {"$gt": self._clock.now()}, "refusals": 0}
        await self._marks.update_many(delayed, {"$set": {"next_try": self._clock.now()}})

    async def revive(self, party: PartyId) -> int:
        """Try again what was parked for a party; how many marks that are."""
        fresh = {"next_try": self._clock.now(), "since": self._clock.now(), "attempts": 0, "refusals": 0}
        result = await self._marks.update_many(
            {"to": str(party), "parked_at": {"$exists": True}},
            {"$set": fresh, "$unset": {"parked": "", "parked_at": ""}, "$inc": {"revision": 1}},
        )
        return result.modified_count

    async def waiting(self) -> int:
        return int(await self._marks.count_documents({"next_try": {"$exists": True}}))

    async def parked(self) -> int:
        return int(await self._marks.count_documents({"parked_at": {"$exists": True}}))

    async def listed(self, limit: int) -> list[Document]:
        """For the operator: what is due or parked, and why; the longest waiting first."""
        return [document async for document in self._marks.find({}).sort("since").limit(limit)]


def mark_id(to: PartyId, object_id: str) -> str:
    return f"{to}|{object_id}"


def _exactly(mark: Mark) -> Document:
    return {"_id": mark.due.mark_id, "revision": mark.revision}


def _mark(document: Document) -> Mark:
    return Mark(
        due=Due(
            object_id=document["object_id"],
            kind=ObjectKind(document["kind"]),
            sender=PartyId.parse(document["sender"]),
            to=PartyId.parse(document["to"]),
            role=document["role"],
            behind=document["behind"],
            is_urgent=document.get("urgent", False),
            correlation_id=document.get("correlation_id"),
        ),
        revision=document["revision"],
        attempts=document["attempts"],
        refusals=document["refusals"],
        since=document["since"],
    )
