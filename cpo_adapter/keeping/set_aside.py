"""Messages of transactions over which something of ours broke: looked at by a person, and tried again.

They were answered, and lie in the database as they came. One that is tried again is understood as if it came
now, behind what its station still has waiting.
"""

from typing import Any, Final

from cpo_adapter.keeping.backlog import Backlog
from cpo_adapter.keeping.store import MESSAGES
from ocpi.errors import UnknownObject
from ocpi.process.mongo import DESCENDING, Document, Index, Mongo

INDEXES = (
    Index(
        collection=MESSAGES,
        keys=(("trouble", DESCENDING), ("heard_at", DESCENDING)),
        partial={"trouble": {"$exists": True}},
    ),
)
_BROKEN: Final[Document] = {"trouble": {"$exists": True}}


class SetAside:
    def __init__(self, mongo: Mongo, backlog: Backlog) -> None:
        self._messages = mongo.collection(MESSAGES)
        self._backlog = backlog

    async def listed(self, limit: int) -> list[dict[str, Any]]:
        """The latest first."""
        found = self._messages.find(_BROKEN).sort("heard_at", DESCENDING).limit(limit)
        return [_shown(each) async for each in found]

    async def message(self, message: str) -> dict[str, Any]:
        """With its frame. Raises UnknownObject."""
        found = await self._messages.find_one({"_id": message, **_BROKEN})
        if found is None:
            raise UnknownObject(f"no message {message} is set aside")
        return {**_shown(found), "frame": found["frame"]}

    async def try_again(self, message: str) -> str:
        """Its station. Raises UnknownObject."""
        change: Document = {"$set": {"pending": True}, "$unset": {"trouble": "", "done_at": ""}}
        found = await self._messages.find_one_and_update({"_id": message, **_BROKEN}, change)
        if found is None:
            raise UnknownObject(f"no message {message} is set aside")
        self._backlog.defer(found["station"])
        return str(found["station"])


def _shown(document: Document) -> dict[str, Any]:
    named = ("station", "version", "action", "heard_at", "trouble")
    return {"message": document["_id"], **{name: document[name] for name in named}}
