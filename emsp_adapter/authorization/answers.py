"""Answers as they are kept: in the journal of a majority before they are given, many in one write.

They tell later which session and which bill rest on what we said, and how a card was used.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from emsp_adapter.authorization.model import GivenAnswer
from emsp_adapter.authorization.velocity import Use
from emsp_adapter.contracts.case import Position
from emsp_adapter.contracts.verdict import Verdict
from ocpi.process.batches import Batches
from ocpi.process.mongo import (
    ASCENDING,
    DESCENDING,
    Document,
    Index,
    InsertOne,
    Mongo,
    Write,
    Written,
    write_each,
)
from ocpi.process.reads import Reads
from ocpi.process.tasks import Supervisor

COLLECTION: Final = "authorizations"
KEPT_FOR: Final = timedelta(days=400)
INDEXES = (
    Index(collection=COLLECTION, keys=(("card", ASCENDING), ("at", DESCENDING))),
    Index(collection=COLLECTION, keys=(("at", DESCENDING),), expire_after_s=int(KEPT_FOR.total_seconds())),
    Index(
        collection=COLLECTION,
        keys=(("warnings", ASCENDING), ("at", DESCENDING)),
        partial={"warnings": {"$exists": True}},
    ),
)
_MOST_USES: Final = 64
"""Of one card; nobody needs more to find it odd."""
_AFTERWARDS: Final = timedelta(minutes=1)
_SHOWN: Final = {"card": True, "at": True, "position": True}


class _Span(NamedTuple):
    card: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Sought:
    """Which answers are listed; all that is None does not matter."""

    allowed: str | None = None
    warning: str | None = None
    is_warned: bool = False
    contract_id: str | None = None
    before: datetime | None = None


class Answers:
    def __init__(self, *, mongo: Mongo, supervisor: Supervisor) -> None:
        self._answers = mongo.collection(COLLECTION)
        self._writes: Batches[Write, Written] = Batches("write answers", self._write, supervisor)
        self._reads: Reads[_Span, list[Document]] = Reads("look up uses of cards", self._used, supervisor)

    async def keep(self, answer: GivenAnswer) -> None:
        await self._writes.add(answer.reference, InsertOne(_document(answer)))

    async def correct(self, answer: GivenAnswer) -> None:
        """It was kept already, and is another one now."""
        judged = _judged(answer.verdict)
        await self._answers.update_one({"_id": answer.reference}, {"$set": judged})

    async def other_uses(self, answer: GivenAnswer, looks_back: timedelta) -> list[Use]:
        """Of the card, about that time.

        Asked after the answer was kept: of two that come together one sees the other.
        """
        span = _Span(answer.card, answer.at - looks_back, answer.at + _AFTERWARDS)
        found = await self._reads.find(span) or []
        return [_use(each) for each in found if each["_id"] != answer.reference]

    async def counted(self) -> dict[str, int]:
        """How often each answer was given."""
        return await self._counts([{"$group": {"_id": "$allowed", "count": {"$sum": 1}}}])

    async def warnings(self) -> dict[str, int]:
        """How often each warning was."""
        warned = {"$match": {"warnings": {"$exists": True}}}
        count = {"$group": {"_id": "$warnings", "count": {"$sum": 1}}}
        return await self._counts([warned, {"$unwind": "$warnings"}, count])

    async def newest(self, sought: Sought, limit: int) -> list[Document]:
        found = self._answers.find(_wanted(sought)).sort("at", DESCENDING).limit(limit)
        return [each async for each in found]

    async def _counts(self, stages: list[Document]) -> dict[str, int]:
        return {group["_id"]: group["count"] async for group in self._answers.aggregate(stages)}

    async def _write(self, writes: Sequence[Write]) -> Sequence[Written | Exception]:
        return await write_each(self._answers, writes)

    async def _used(self, spans: Collection[_Span]) -> Mapping[_Span, list[Document]]:
        """All in one trip, unless a card is asked about so often that it would crowd out the others."""
        most = _MOST_USES * len(spans)
        found = self._answers.find({"$or": [_within(each) for each in spans]}, _SHOWN, limit=most + 1)
        uses: defaultdict[str, list[Document]] = defaultdict(list)
        for each in (rows := await found.to_list(None)):
            uses[each["card"]].append(each)
        if len(rows) <= most:
            return {span: uses[span.card] for span in spans}
        return {span: await self._newest_uses(span) for span in spans}

    async def _newest_uses(self, span: _Span) -> list[Document]:
        found = self._answers.find(_within(span), _SHOWN).sort("at", DESCENDING).limit(_MOST_USES)
        return await found.to_list(None)


def _within(span: _Span) -> Document:
    return {"card": span.card, "at": {"$gt": span.since, "$lte": span.until}}


def _wanted(sought: Sought) -> Document:
    plain = {"allowed": sought.allowed, "contract_id": sought.contract_id, "warnings": sought.warning}
    wanted: Document = {name: value for name, value in plain.items() if value is not None}
    if sought.is_warned and sought.warning is None:
        wanted["warnings"] = {"$exists": True}
    if sought.before is not None:
        wanted["at"] = {"$lt": sought.before}
    return wanted


def _document(answer: GivenAnswer) -> Document:
    place = answer.position
    return {
        "_id": answer.reference,
        "uid": answer.uid,
        "type": answer.token_type,
        "card": answer.card,
        "contract_id": answer.contract_id,
        "cpo": str(answer.cpo),
        "location_id": answer.location_id,
        **({"position": [place.latitude, place.longitude]} if place else {}),
        "at": answer.at,
        **_judged(answer.verdict),
    }


def _judged(verdict: Verdict) -> Document:
    reason = {"reason": verdict.reason} if verdict.reason else {}
    warnings = {"warnings": list(verdict.warnings)} if verdict.warnings else {}
    return {"allowed": verdict.allowed, **reason, **warnings}


def _use(document: Document) -> Use:
    position = document.get("position")
    return Use(document["at"], Position(*position) if position else None)
