"""Agreements in MongoDB, one document per pair.

Adding a pair again changes what is agreed, and announces it again; what held until then is kept in the same
document by the same write. What is written about an agreement that was seen goes to no later revision of it.
"""

from datetime import date
from typing import Any, Final

from ocpi.partners.agreement_documents import read_agreement, written_day
from ocpi.partners.agreements import Agreement
from ocpi.partners.groups import GroupStore
from ocpi.partners.store import Superseded
from ocpi.process.clock import Clock
from ocpi.process.mongo import Document, Mongo
from schemas.kinds import PartyId

COLLECTION: Final = "agreements"
REMEMBERED: Final = 50
"""Former periods of one pair."""


class AgreementStore:
    """`groups` are those that the terms of agreements name."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self.groups = GroupStore(mongo, clock)
        self._agreements = mongo.collection(COLLECTION)
        self._clock = clock

    async def put(self, agreement: Agreement) -> None:
        """Whatever there is of this pair."""
        wanted = {"_id": _id(agreement.cpo, agreement.emsp)}
        await self._agreements.update_one(wanted, self._put(agreement, is_announced=False), upsert=True)

    async def change(self, seen: Agreement, to: Agreement) -> None:
        """It is announced again unless `to` says that it is.

        Raises Superseded when somebody changed it since it was seen.
        """
        result = await self._agreements.update_one(
            _exactly(seen), self._put(to, is_announced=to.is_announced)
        )
        if result.matched_count == 0:
            raise Superseded(f"the agreement of {seen.cpo} and {seen.emsp} was changed meanwhile")

    async def get(self, cpo: PartyId, emsp: PartyId) -> Agreement | None:
        found = await self._agreements.find_one({"_id": _id(cpo, emsp)})
        return None if found is None else read_agreement(found)

    async def all(self) -> list[Agreement]:
        return [read_agreement(document) async for document in self._agreements.find({}).sort("_id")]

    async def end(self, cpo: PartyId, emsp: PartyId, last_day: date) -> Agreement | None:
        """The agreement with its last day: the given one, unless it ends earlier; None when there is none.

        What began before is told to its end, also when the last day is in the past.
        """
        wanted = {"_id": _id(cpo, emsp)}
        later = [{"last_day": None}, {"last_day": {"$gt": last_day.isoformat()}}]
        fields: Document = {"last_day": last_day.isoformat(), "is_parted": False}
        if last_day < self._clock.now().date():
            fields["earlier"] = self._with_former()
        await self._agreements.update_one({**wanted, "$or": later}, [{"$set": self._changed(fields)}])
        return await self.get(cpo, emsp)

    async def announced(self, seen: Agreement) -> None:
        """Unless it was changed since it was seen: then it is announced once more."""
        await self._agreements.update_one(_exactly(seen), {"$set": {"is_announced": True}})

    async def taken_back(self, seen: Agreement, *, is_parted: bool) -> None:
        """Of all that is over nothing is left on either side."""
        was: Document = {f"earlier.{place}.is_taken_back": True for place in range(len(seen.earlier))}
        await self._agreements.update_one(_exactly(seen), {"$set": {**was, "is_parted": is_parted}})

    def _put(self, agreement: Agreement, *, is_announced: bool) -> list[Document]:
        fields: Document = {
            "cpo": str(agreement.cpo),
            "emsp": str(agreement.emsp),
            "first_day": agreement.first_day.isoformat(),
            "last_day": written_day(agreement.last_day),
            "is_announced": is_announced,
            "is_parted": False,
            "terms": {"$literal": agreement.terms.plain()},
            "earlier": self._with_former(),
        }
        return [{"$set": self._changed(fields)}]

    def _changed(self, fields: Document) -> Document:
        revision = {"$add": [{"$ifNull": ["$revision", 0]}, 1]}
        return {**fields, "changed_at": self._clock.now(), "revision": revision}

    def _with_former(self) -> Document:
        """What was agreed before, and with it what holds as this is written, in the database's own words."""
        now = self._clock.now()
        former = {
            "first_day": "$first_day",
            "last_day": "$last_day",
            "terms": "$terms",
            "until": now,
            "is_taken_back": {"$ifNull": ["$is_parted", False]},
        }
        is_there = {"$ne": [{"$type": "$first_day"}, "missing"]}
        has_begun = {"$lte": ["$first_day", now.date().isoformat()]}
        one: Document = {"$cond": [{"$and": [is_there, has_begun]}, [former], []]}
        return {"$slice": [{"$concatArrays": [{"$ifNull": ["$earlier", []]}, one]}, -REMEMBERED]}


def _id(cpo: PartyId, emsp: PartyId) -> str:
    return f"{cpo}|{emsp}"


def _exactly(seen: Agreement) -> dict[str, Any]:
    return {"_id": _id(seen.cpo, seen.emsp), "revision": seen.revision}
