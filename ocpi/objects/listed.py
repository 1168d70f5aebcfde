"""What an owner lists no more, though nobody said that it is gone.

The object stays: bills refer to it, and the owner may list it again. That it is absent stands in its own
document, beside the body, so that whoever reads objects sees it at once; whatever the owner tells of the
object ends it.
Spec: 2.3.0 mod_locations and mod_tariffs, GET method (what is in none of the pages is no longer valid).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ocpi.objects.selection import COLLECTION, audience_name
from ocpi.process.mongo import ASCENDING, Collection, Document, Index
from schemas.kinds import ObjectKind, PartyId

_ABSENT: Final[Document] = {"absent_since": {"$type": "date"}}
INDEXES: Final = (Index(collection=COLLECTION, keys=(("absent_since", ASCENDING),), partial=_ABSENT),)
_AT_ONCE: Final = 1000
_SHOWN: Final = ("kind", "owner", "id", "last_updated", "absent_since")


@dataclass(frozen=True, slots=True)
class Held:
    digest: str
    deleted: bool
    is_absent: bool


class Listed:
    def __init__(self, objects: Collection) -> None:
        self._objects = objects

    async def held(self, object_ids: Iterable[str]) -> dict[str, Held]:
        """As far as they are kept."""
        fields = {"digest": True, "deleted": True, "absent_since": True}
        found = self._objects.find({"_id": {"$in": list(object_ids)}}, fields)
        return {
            each["_id"]: Held(each["digest"], each["deleted"], each.get("absent_since") is not None)
            async for each in found
        }

    async def again(self, object_ids: Iterable[str]) -> None:
        """The owner lists them again."""
        await self._objects.update_many({"_id": {"$in": list(object_ids)}}, {"$set": {"absent_since": None}})

    async def there(self, kind: ObjectKind, owner: PartyId, before: datetime) -> dict[str, str]:
        """What the owner told everybody, and not only since then, that is neither deleted nor absent.

        Ids in lower case, by those of the database.
        """
        wanted = {
            "kind": kind,
            "owner": str(owner),
            "deleted": False,
            "audience": audience_name(None),
            "absent_since": None,
            "last_updated": {"$lt": before},
            "received_at": {"$lt": before},
        }
        found = self._objects.find(wanted, {"folded_id": True})
        return {each["_id"]: each["folded_id"] async for each in found}

    async def absent(self, object_ids: Sequence[str], before: datetime, at: datetime) -> None:
        """Unless the owner has told something of them from `before` on."""
        for begin in range(0, len(object_ids), _AT_ONCE):
            some = {"_id": {"$in": list(object_ids[begin : begin + _AT_ONCE])}}
            unchanged = {"last_updated": {"$lt": before}, "absent_since": None}
            await self._objects.update_many({**some, **unchanged}, {"$set": {"absent_since": at}})

    async def all_absent(self, limit: int) -> list[Document]:
        """The longest absent first."""
        fields = dict.fromkeys(_SHOWN, True)
        found = self._objects.find({**_ABSENT, "deleted": False}, fields).sort("absent_since").limit(limit)
        return [each async for each in found]
