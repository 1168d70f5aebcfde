"""The durable marks: who lacks the current state of what, and when that is tried next.

A mark that is put again while its object is on the way gets a new revision, so that the arrival of the older
state does not clear it. Marks are put, read and cleared many at a time: what is asked for at the same moment
goes in one trip.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from ocpi.delivery import first_marks
from ocpi.delivery.marks import (
    COLLECTION,
    GONE_WITH_NEWS,
    Due,
    Mark,
    exactly,
    fresh,
    is_of_object,
    mark_id,
    new_mark,
    of_object,
    only,
    read_mark,
)
from ocpi.delivery.marks import INDEXES as MARK_INDEXES
from ocpi.delivery.platforms import Address
from ocpi.delivery.receipts import INDEXES as RECEIPT_INDEXES
from ocpi.delivery.receipts import Arrival, Receipts
from ocpi.delivery.refusals import Refusals
from ocpi.partners.keeping import Keeping
from ocpi.process.batches import AT_MOST, Batches, together
from ocpi.process.clock import Clock
from ocpi.process.mongo import (
    Document,
    DuplicateKey,
    InsertOne,
    Mongo,
    UpdateOne,
    Written,
    write_each,
)
from ocpi.process.tasks import Supervisor
from schemas.kinds import ObjectKind

INDEXES: Final = (*MARK_INDEXES, *RECEIPT_INDEXES)
_ANYBODY: Final[Document] = {"$gt": ""}
"""Named although it excludes nobody: without it the index would be read whole."""


def _nobody(_: Mark) -> None: ...


class Portion(NamedTuple):
    """As many of the marks under these addresses, of which there are some."""

    addresses: Collection[Address]
    at_most: int


@dataclass(frozen=True, slots=True)
class _Settled:
    """What becomes of a mark after a try; `change` of None clears it."""

    mark: Mark
    change: Document | None = None
    receipt: Document | None = field(default=None)


class Outbox:
    """What is written about a mark goes to the revision that was seen, and to no later one."""

    def __init__(self, mongo: Mongo, clock: Clock, supervisor: Supervisor | None = None) -> None:
        owner = supervisor or Supervisor(name="outbox", clock=clock)
        self._marks = mongo.collection(COLLECTION)
        self._clock = clock
        self._puts: Batches[Due, Mark | None] = Batches("write marks", self._insert_all, owner)
        self._puts_again: Batches[Due, Written] = Batches("write marks again", self._again_all, owner)
        self._settling: Batches[_Settled, Written] = Batches("settle marks", self._settle_all, owner)
        self.receipts = Receipts(mongo, clock, owner)

    async def put(self, dues: Sequence[Due], told: Callable[[Mark], None] = _nobody) -> list[Mark]:
        """Durable when this returns: those that are new. What was marked before is due once more.

        `told` is called with each new one as soon as that is durable. A great many go in several trips:
        others' marks get in between.
        """
        once = list({due.mark_id: due for due in dues}.items())
        new: list[Mark] = []
        for begin in range(0, len(once), AT_MOST):
            new += await self._put(once[begin : begin + AT_MOST], told)
        return new

    async def _put(self, some: Sequence[tuple[str, Due]], told: Callable[[Mark], None]) -> list[Mark]:
        """Most marks are new, and an insert costs a third of an upsert."""
        put = [self._puts.add(name, due) for name, due in some]
        await together(put)
        marks = [each.result() for each in put]
        new = [mark for mark in marks if mark is not None]
        for mark in new:
            told(mark)
        held = [each for each, mark in zip(some, marks, strict=True) if mark is None]
        await together([self._puts_again.add(name, due) for name, due in held])
        return new

    async def _insert_all(self, dues: Sequence[Due]) -> list[Mark | Exception | None]:
        """None for what is marked already."""
        now = self._clock.now()
        documents = [{"_id": due.mark_id, **fresh(due, now), "since": now} for due in dues]
        inserted = await write_each(self._marks, [InsertOne(each) for each in documents])
        return [
            _inserted(due, document, outcome)
            for due, document, outcome in zip(dues, documents, inserted, strict=True)
        ]

    async def _again_all(self, dues: Sequence[Due]) -> list[Written | Exception]:
        now = self._clock.now()
        return await write_each(self._marks, [_again(due, now) for due in dues])

    async def put_unless_delivered(self, due: Due) -> bool:
        """For a bill that came once more: mark it, unless it has arrived or is on its way."""
        if await self.receipts.has(due.mark_id):
            return False
        absent = {"_id": due.mark_id, "next_try": {"$exists": False}}
        with suppress(DuplicateKey):
            await self._marks.update_one(absent, _news(due, self._clock.now()), upsert=True)
            return True
        return False

    async def addresses_due(self) -> list[Address]:
        """Where something lacks whose time has come; costs by the number of addresses, not of marks."""
        return await first_marks.addresses(self._marks, {"$lte": self._clock.now()})

    async def addresses_waiting(self) -> list[Address]:
        """Where anything lacks; costs as `addresses_due`."""
        return await first_marks.addresses(self._marks, first_marks.EVER)

    async def oldest_due(self) -> datetime | None:
        """Since when the mark that is overdue the longest should have been tried."""
        return await first_marks.oldest(self._marks, {"$lte": self._clock.now()})

    async def due_to(self, addresses: Collection[Address], limit: int) -> list[Mark]:
        """The marks under some addresses whose time has come, the longest waiting first."""
        return await self.due_to_each([Portion(addresses, limit)])

    async def due_to_each(self, portions: Sequence[Portion]) -> list[Mark]:
        """One portion after the other, each as `due_to`; all of them in one trip."""
        now = self._clock.now()
        first, *others = (_due_first(each, now) for each in portions)
        joined = [{"$unionWith": {"coll": COLLECTION, "pipeline": each}} for each in others]
        return [read_mark(document) async for document in self._marks.aggregate([*first, *joined])]

    async def waits_until(self, waiting_mark_id: str) -> datetime | None:
        """When that mark is tried next; None when it is delivered, or parked: then it holds nobody up."""
        return (await self.wait_until([waiting_mark_id])).get(waiting_mark_id)

    async def wait_until(self, mark_ids: Collection[str]) -> dict[str, datetime]:
        """As `waits_until`, for those of several that wait; where every state is owed, for its first one."""
        if not mark_ids:
            return {}
        named: Document = {"$or": [of_object(each) for each in set(mark_ids)]}
        rows = self._marks.find({**named, "next_try": {"$exists": True}}, {"next_try": 1})
        found = {row["_id"]: row["next_try"] async for row in rows}
        waiting = {each: _first(each, found) for each in set(mark_ids)}
        return {each: at for each, at in waiting.items() if at is not None}

    async def earlier_states(self, marks: Collection[Mark]) -> dict[str, datetime]:
        """Which of these marks, each of one state, come after an earlier state, and when that is tried."""
        if not marks:
            return {}
        before = [{"_id": {"$gte": _whole(mark), "$lt": mark.mark_id}} for mark in marks]
        rows = self._marks.find({"$or": before, "next_try": {"$exists": True}}, {"next_try": 1})
        found = sorted([(row["_id"], row["next_try"]) async for row in rows])
        return {
            mark.mark_id: at
            for mark in marks
            for name, at in reversed(found)
            if _whole(mark) <= name < mark.mark_id
        }

    async def delivered(self, mark: Mark, arrival: Arrival) -> None:
        """Clear the mark, unless the object changed on the way: then it is due again."""
        receipt = self.receipts.of(mark, arrival)
        if mark.due.kind is ObjectKind.CDR:
            await self._settle(_Settled(mark, receipt=receipt))
        else:
            self.receipts.note(receipt)
            await self._settle(_Settled(mark))

    async def postpone(
        self, mark: Mark, until: datetime, error: str, refused: Refusals | None = None
    ) -> None:
        """`refused` as they stand now, if the far side did not want it.

        What is urgent stays the first to be tried: a party that cannot be reached rests as a whole.
        """
        counts = {"attempts": mark.attempts + 1, **(_refused(refused) if refused else {})}
        waits = {"next_try": until} if refused or not mark.due.is_urgent else {}
        await self._settle(_Settled(mark, {"$set": {"last_error": error, **waits, **counts}}))

    async def wait(self, mark: Mark, until: datetime) -> None:
        """Not a failure: something else goes first."""
        await self._settle(_Settled(mark, {"$set": {"next_try": until}}))

    async def park(self, mark: Mark, reason: str) -> None:
        """Left for the operator."""
        change = {"parked": reason, "parked_at": self._clock.now(), "attempts": mark.attempts + 1}
        gone = {"$unset": {"next_try": ""}, "$rename": {"since": "began"}}
        await self._settle(_Settled(mark, {"$set": change, **gone}))

    async def drop(self, mark: Mark) -> None:
        await self._settle(_Settled(mark))

    async def _settle(self, settled: _Settled) -> None:
        await self._settling.add(settled.mark.mark_id, settled)

    async def _settle_all(self, settled: Sequence[_Settled]) -> list[Written | Exception]:
        """Receipts first: a bill whose receipt is not written keeps its mark, and is sent again."""
        proven = [each for each in settled if each.receipt is not None]
        written = await self.receipts.write([each.receipt for each in proven if each.receipt is not None])
        failed = {
            each.mark.mark_id: outcome
            for each, outcome in zip(proven, written, strict=True)
            if isinstance(outcome, Exception)
        }
        cleared = [each.mark for each in settled if each.change is None and each.mark.mark_id not in failed]
        if cleared:
            await self._marks.delete_many(exactly(cleared))
        failed |= await self._change([each for each in settled if each.change is not None])
        return [failed.get(each.mark.mark_id, Written.FOUND) for each in settled]

    async def _change(self, settled: Sequence[_Settled]) -> dict[str, Exception]:
        if not settled:
            return {}
        writes = [UpdateOne(only(each.mark), each.change or {}) for each in settled]
        outcomes = zip(settled, await write_each(self._marks, writes), strict=True)
        return {each.mark.mark_id: told for each, told in outcomes if isinstance(told, Exception)}

    async def hurry(self, addresses: Collection[Address]) -> None:
        """They can be reached again: what waited for that is due now; what was refused is not."""
        if addresses:
            delayed = {**_under(addresses), "next_try": {"$gt": self._clock.now()}, "refusals": 0}
            await self._marks.update_many(delayed, {"$set": {"next_try": self._clock.now()}})

    async def end_waits(self, addresses: Collection[Address], beyond: timedelta) -> None:
        """What is to be tried later than that from now on is due now, but for bills that were refused."""
        if addresses:
            now = self._clock.now()
            is_short = [{"refusals": 0}, {"kind": {"$ne": ObjectKind.CDR}}]
            waiting = {"$and": [_under(addresses), {"$or": is_short}], "next_try": {"$gt": now + beyond}}
            await self._marks.update_many(waiting, {"$set": {"next_try": now}})

    async def forgo(self, addresses: Collection[Address], before: datetime) -> None:
        """They were out of reach until then: what was for them now or never is for them no more."""
        if addresses:
            at_once = {**_under(addresses), "next_try": {"$lt": before}, "keeping": Keeping.STRICT}
            await self._marks.delete_many(at_once)

    async def revive(self, wanted: Document) -> int:
        """Try again those of the parked that fit; how many marks that are."""
        now = self._clock.now()
        anew = {"next_try": now, "since": now, "attempts": 0, "refusals": 0}
        unset = dict.fromkeys((*GONE_WITH_NEWS, "began"), "")
        parked = {"parked_at": {"$exists": True}, **wanted}
        change = {"$set": anew, "$unset": unset, "$inc": {"revision": 1}}
        return (await self._marks.update_many(parked, change)).modified_count

    async def waiting(self) -> int:
        return int(await self._marks.count_documents({"next_try": {"$exists": True}}))

    async def parked(self) -> int:
        return int(await self._marks.count_documents({"to": _ANYBODY, "parked_at": {"$exists": True}}))

    async def all(self) -> int:
        """About how many marks there are, waiting and parked: known without counting them."""
        return int(await self._marks.estimated_document_count())

    async def listed(self, limit: int) -> list[Document]:
        """What is due or parked, and why; the longest waiting first."""
        return [document async for document in self._marks.find({}).sort("since").limit(limit)]


def _news(due: Due, now: datetime) -> list[Document]:
    """How a mark that may be there is put again, in the database's own words.

    It waits since it began to wait, or since now. Nothing of a stranger is read as a word of the database.
    """
    is_waiting = {"$ne": [{"$type": "$next_try"}, "missing"]}
    is_another = {"$and": [is_waiting, {"$ne": ["$correlation_id", {"$literal": due.correlation_id}]}]}
    fields: Document = {name: {"$literal": value} for name, value in fresh(due, now).items()}
    fields["since"] = {"$cond": [is_waiting, "$since", now]}
    fields["is_farewell"] = {"$or": [{"$ifNull": ["$is_farewell", False]}, due.is_farewell]}
    fields["correlation_id"] = {"$cond": [is_another, None, {"$literal": due.correlation_id}]}
    return [{"$set": fields}, {"$unset": [*GONE_WITH_NEWS, "began"]}]


def _again(due: Due, now: datetime) -> UpdateOne:
    return UpdateOne({"_id": due.mark_id}, _news(due, now), upsert=True)


def _inserted(due: Due, document: Document, outcome: Written | Exception) -> Mark | Exception | None:
    if isinstance(outcome, DuplicateKey):
        return None
    return outcome if isinstance(outcome, Exception) else new_mark(due, document)


def _refused(refused: Refusals) -> Document:
    return {"refusals": refused.count, "refused_as": refused.status, "refused_since": refused.since}


def _under(addresses: Collection[Address]) -> Document:
    """In one range of the index for each kind, so that the database can take them in the order of time."""
    to: dict[ObjectKind, list[str]] = {}
    for each in addresses:
        to.setdefault(each.kind, []).append(str(each.to))
    ranges: list[Document] = [{"kind": kind, "to": {"$in": parties}} for kind, parties in to.items()]
    return ranges[0] if len(ranges) == 1 else {"$or": ranges}


def _due_first(portion: Portion, now: datetime) -> list[Document]:
    wanted = {**_under(portion.addresses), "next_try": {"$lte": now}}
    return [{"$match": wanted}, {"$sort": {"next_try": 1}}, {"$limit": portion.at_most}]


def _whole(mark: Mark) -> str:
    return mark_id(mark.due.to, mark.due.object_id)


def _first(whole: str, found: dict[str, Any]) -> datetime | None:
    waiting = [at for name, at in found.items() if is_of_object(name, whole)]
    return min(waiting, default=None)
