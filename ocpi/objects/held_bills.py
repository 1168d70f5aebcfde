"""What becomes of bills that are held: each is decided once, and a decision is never half done."""

from dataclasses import replace

from ocpi.objects import documents
from ocpi.objects.holds import Hold, HoldState, hold_document
from ocpi.objects.record import Record
from ocpi.objects.selection import seen_by
from ocpi.objects.sequence import Sequence
from ocpi.process.mongo import Collection


class HeldBills:
    def __init__(self, objects: Collection, numbers: Sequence) -> None:
        self._objects = objects
        self._numbers = numbers

    async def decide(self, held: Record, hold: Hold) -> bool:
        """Say what becomes of a bill that was held; False when that was said before, by whomever.

        To both of its parties it is news, so it is numbered anew. One that is released is `undelivered` until
        it is `passed_on`.
        """
        told = {**seen_by(replace(held, hold=hold)), "hold": hold_document(hold)}
        due = {"undelivered": True} if hold.state is HoldState.RELEASED else {}
        undecided = {"_id": held.database_id, "hold.state": HoldState.HELD}
        async with self._numbers.numbers(1) as numbers:
            change = {"$set": {**told, **due, "seq": numbers.start}}
            return (await self._objects.update_one(undecided, change)).modified_count > 0

    async def undelivered(self) -> list[Record]:
        found = self._objects.find({"undelivered": True})
        return [documents.record(document) async for document in found]

    async def passed_on(self, released: Record) -> None:
        await self._objects.update_one({"_id": released.database_id}, {"$unset": {"undelivered": ""}})
