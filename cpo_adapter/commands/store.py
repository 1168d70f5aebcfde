"""Promises in MongoDB, from the answer to the order until its result has been told; a week longer to look at.

A promise is written down before the order is answered, and its result before it is told: whatever a crash
interrupts, the next start can finish.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from cpo_adapter.commands.model import KINDS, Promise, ReplyTo
from ocpi.client.results import Result
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo
from schemas import codec
from schemas.kinds import PartyId

PROMISES: Final = "promises"
_KEPT: Final = timedelta(days=7)
INDEXES = (
    Index(collection=PROMISES, keys=(("at", ASCENDING),), expire_after_s=int(_KEPT.total_seconds())),
    Index(collection=PROMISES, keys=(("is_open", ASCENDING),), partial={"is_open": True}),
    Index(collection=PROMISES, keys=(("is_held", ASCENDING),), partial={"is_held": True}),
)
_KINDS: Final = {kind.__name__: kind for kind in KINDS}


class PromiseStore:
    def __init__(self, mongo: Mongo) -> None:
        self._promises = mongo.collection(PROMISES)

    async def add(self, promise: Promise, life: str) -> None:
        """To be kept by the process `life`."""
        await self._promises.insert_one(new_promise(promise, life))

    async def settle(self, promise: Promise, result: Result) -> None:
        """What will be told of it, whatever happens from now on."""
        await self._set(promise, {"result": codec.dump(result), "outcome": result.result})

    async def close(self, promise: Promise, trouble: str | None) -> None:
        """It was told, or given up because of `trouble`."""
        await self._set(promise, {"is_open": False, "trouble": trouble})

    async def left(self, life: str, living: Sequence[str]) -> list[tuple[Promise, Result | None]]:
        """Those of processes that are no more which have not been told, with their results if they have one.

        They are to be kept by `life` from now on. What is held is nobody's until it has a result.
        """
        held = {"is_held": True, "result": None}
        found = self._promises.find({"is_open": True, "life": {"$nin": list(living)}, "$nor": [held]})
        return [(promise_of(each), _result_of(each)) async for each in found if await self._taken(each, life)]

    async def _taken(self, stored: Document, life: str) -> bool:
        """By this process: another may want it, too."""
        wanted = {"_id": stored["_id"], "life": stored.get("life")}
        return bool((await self._promises.update_one(wanted, {"$set": {"life": life}})).matched_count)

    async def listed(self, limit: int) -> list[Document]:
        """The newest first."""
        return [each async for each in self._promises.find({}).sort("at", DESCENDING).limit(limit)]

    async def _set(self, promise: Promise, change: Document) -> None:
        await self._promises.update_one({"_id": promise.id}, {"$set": change})


def of_reply(reply: ReplyTo) -> Document:
    return {
        "url": reply.url,
        "partner": reply.partner,
        "party": str(reply.party),
        "correlation_id": reply.correlation_id,
    }


def reply_of(stored: Document) -> ReplyTo:
    return ReplyTo(
        url=stored["url"],
        partner=stored["partner"],
        party=PartyId.parse(stored["party"]),
        correlation_id=stored["correlation_id"],
    )


def promise_of(stored: Document) -> Promise:
    return Promise(
        id=stored["_id"],
        action=stored["action"],
        kind=_KINDS[stored["kind"]],
        station=stored["station"],
        about=stored["about"],
        reply=reply_of(stored["reply"]),
        at=stored["at"],
    )


def new_promise(promise: Promise, life: str) -> dict[str, Any]:
    return {
        "_id": promise.id,
        "action": promise.action,
        "kind": promise.kind.__name__,
        "station": promise.station,
        "about": promise.about,
        "reply": of_reply(promise.reply),
        "at": promise.at,
        "life": life,
        "result": None,
        "is_open": True,
    }


def _result_of(stored: Document) -> Result | None:
    if stored["result"] is None:
        return None
    return _KINDS[stored["kind"]].model_validate(codec.decode(stored["result"]))
