"""How far objects have got on their way, as marks and receipts tell it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ocpi.delivery.outbox import MARKS, RECEIPTS
from ocpi.process.mongo import Document, Mongo

_REFUSED: Final = range(2000, 5000)


@dataclass(frozen=True, slots=True)
class Fate:
    """`receipt`: the far side has it. `mark`: it is waited for, or was given up."""

    receipt: Document | None = None
    mark: Document | None = None

    @property
    def is_delivered(self) -> bool:
        return self.receipt is not None and self.receipt.get("status") not in _REFUSED

    @property
    def is_refused(self) -> bool:
        """Parked because the far side did not want it."""
        mark = self.mark or {}
        return mark.get("parked_at") is not None and mark.get("refusals", 0) > 0


class Fates:
    def __init__(self, mongo: Mongo) -> None:
        self._marks = mongo.collection(MARKS)
        self._receipts = mongo.collection(RECEIPTS)

    async def of(self, mark_ids: Sequence[str]) -> Mapping[str, Fate]:
        """By the ids of marks; nothing is known of those that are missing."""
        wanted = {"_id": {"$in": list(mark_ids)}}
        receipts = {each["_id"]: each async for each in self._receipts.find(wanted)}
        marks = {each["_id"]: each async for each in self._marks.find(wanted)}
        return {name: Fate(receipts.get(name), marks.get(name)) for name in {*receipts, *marks}}
