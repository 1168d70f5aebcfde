"""What is kept beside Locations, held against the Locations: checked, and made anew where it differs.

It is written together with each Location, so it differs only where an older release wrote it, or none did.
At the start of a service that is mended by itself, by one process for all of them. A Location that changes
meanwhile is written with what belongs to it, and is left alone.
"""

from dataclasses import dataclass
from typing import Any, Final

from emsp_adapter.places.place import FIELD, RULE, LeftOut, place_of
from ocpi.objects import documents, selection
from ocpi.process.logs import logger
from ocpi.process.mongo import ASCENDING, Document, Mongo
from schemas.kinds import ObjectKind

log = logger(__name__)
_LOCATIONS: Final = {"kind": ObjectKind.LOCATION}
_EXAMPLES: Final = 20


@dataclass(frozen=True, slots=True)
class Checked:
    """`differing` are those of which something else was kept than follows from them."""

    seen: int
    differing: int
    examples: list[str]


class Upkeep:
    def __init__(self, mongo: Mongo) -> None:
        self._objects = mongo.collection(selection.COLLECTION)

    async def check(self) -> Checked:
        return await self._gone_through(_LOCATIONS, mends=False)

    async def rebuild(self) -> Checked:
        """Afterwards everything is as it follows from the Locations."""
        return await self._gone_through(_LOCATIONS, mends=True)

    async def renew(self) -> None:
        """What an older release has written, or none."""
        mended = await self._gone_through({**_LOCATIONS, f"{FIELD}.rule": {"$ne": RULE}}, mends=True)
        if mended.seen:
            log.info("places made anew", locations=mended.seen)

    async def overview(self) -> dict[str, Any]:
        """How many are shown, and of those that are not the reasons, with some of them by name."""
        groups = {"$group": {"_id": f"${FIELD}.left_out", "count": {"$sum": 1}}}
        found = self._objects.aggregate([{"$match": _LOCATIONS}, groups])
        counts = {row["_id"]: row["count"] async for row in found}
        return {
            "shown": counts.pop(None, 0),
            "left_out": {
                reason.value: {"count": counts[reason], "examples": await self._examples(reason)}
                for reason in LeftOut
                if reason in counts
            },
        }

    async def _examples(self, reason: str) -> list[str]:
        wanted = {**_LOCATIONS, f"{FIELD}.left_out": reason}
        found = self._objects.find(wanted, {"_id": True}).sort("seq", ASCENDING).limit(_EXAMPLES)
        return [_named(row) async for row in found]

    async def _gone_through(self, wanted: Document, *, mends: bool) -> Checked:
        seen, differing, examples = 0, 0, list[str]()
        async for document in self._objects.find(wanted):
            seen += 1
            if await self._differs(document, mends=mends):
                differing += 1
                examples += [_named(document)] if differing <= _EXAMPLES else []
        return Checked(seen, differing, examples)

    async def _differs(self, document: Document, *, mends: bool) -> bool:
        place = place_of(documents.record(document))
        if document.get(FIELD) == place:
            return False
        if mends:
            unchanged = {name: document[name] for name in ("_id", "digest", "deleted")}
            await self._objects.update_one(unchanged, {"$set": {FIELD: place}})
        return True


def _named(document: Document) -> str:
    return str(document["_id"]).partition("|")[0]
