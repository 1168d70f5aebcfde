"""How far objects have got on their way, as marks and receipts tell it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ocpi.delivery import marks, receipts
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
        self._marks = mongo.collection(marks.COLLECTION)
        self._receipts = mongo.collection(receipts.COLLECTION)

    async def of(self, mark_ids: Sequence[str]) -> Mapping[str, Fate]:
        """By the ids of marks; nothing is known of those that are missing."""
        found = await self._found({"_id": {"$in": list(mark_ids)}})
        return {name: Fate(found.receipts.get(name), found.marks.get(name)) for name in found.names()}

    async def of_objects(self, mark_ids: Collection[str]) -> Mapping[str, Fate]:
        """As `of`, also where every state is owed: then by the earliest state that is not there."""
        wanted = sorted(set(mark_ids))
        if not wanted:
            return {}
        found = await self._found({"$or": [marks.of_object(each) for each in wanted]})
        fates = {each: Fate(_of(each, found.receipts, last=True), _of(each, found.marks)) for each in wanted}
        return {name: fate for name, fate in fates.items() if fate != Fate()}

    async def _found(self, wanted: Document) -> "_Found":
        without_bodies = {"state": False}
        return _Found(
            receipts={each["_id"]: each async for each in self._receipts.find(wanted)},
            marks={
                each["_id"]: marks.as_told(each) async for each in self._marks.find(wanted, without_bodies)
            },
        )


@dataclass(frozen=True, slots=True)
class _Found:
    receipts: Mapping[str, Document]
    marks: Mapping[str, Document]

    def names(self) -> set[str]:
        return {*self.receipts, *self.marks}


def _of(whole: str, found: Mapping[str, Document], *, last: bool = False) -> Document | None:
    """States bear names in the order of their age."""
    names = sorted(name for name in found if marks.is_of_object(name, whole))
    return found[names[-1 if last else 0]] if names else None
