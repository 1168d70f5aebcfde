"""Errands in MongoDB, one document each: the waiter, and afterwards the record of what was asked.

Each change is made to exactly what was read, so that an answer, a result and a deadline that come at the same
moment do not write over each other.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Final

from emsp_adapter.errands.model import Errand, State, Word
from ocpi.errors import PlatformFailed, UnknownObject
from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo, ReturnDocument
from schemas.kinds import PartyId

COLLECTION: Final = "errands"
COUNTERS: Final = "counters"
KEPT_S: Final = 180 * 24 * 3600
INDEXES = (
    Index(collection=COLLECTION, keys=(("secret", ASCENDING),), unique=True),
    Index(collection=COLLECTION, keys=(("asked_at", DESCENDING),), expire_after_s=KEPT_S),
    Index(collection=COLLECTION, keys=(("cpo", ASCENDING), ("about.authorization_reference", ASCENDING))),
    Index(collection=COLLECTION, keys=(("about.reservation_id", ASCENDING), ("asked_at", DESCENDING))),
    Index(collection=COLLECTION, keys=(("about.session_id", ASCENDING),)),
    Index(collection=COLLECTION, keys=(("cpo", ASCENDING), ("action", ASCENDING), ("open_until", ASCENDING))),
    Index(collection=COLLECTION, keys=(("state", ASCENDING),)),
)
_ATTEMPTS: Final = 8
_NUMBERS_SINCE: Final = datetime(2020, 1, 1, tzinfo=UTC)

Step = Callable[[Errand], Errand]


class ErrandStore:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._errands = mongo.collection(COLLECTION)
        self._counters = mongo.collection(COUNTERS)
        self._clock = clock

    async def add(self, errand: Errand) -> None:
        await self._errands.insert_one(_document(errand))

    async def find(self, errand_id: str) -> Errand | None:
        return _read(await self._errands.find_one({"_id": errand_id}))

    async def awaiting(self, secret: str) -> Errand | None:
        """Whose response_url ends in this."""
        return _read(await self._errands.find_one({"secret": secret}))

    async def change(self, errand_id: str, step: Step) -> Errand:
        """What it is afterwards. Raises UnknownObject, PlatformFailed, and whatever `step` raises."""
        for _ in range(_ATTEMPTS):
            held = await self.find(errand_id)
            if held is None:
                raise UnknownObject(f"there is no errand {errand_id}")
            changed = step(held)
            if changed == held or await self._replace(held, changed):
                return changed
        raise PlatformFailed(f"{errand_id} changes faster than it can be written")

    async def _replace(self, held: Errand, changed: Errand) -> bool:
        document = {**_document(changed), "revision": held.revision + 1}
        unchanged = {"_id": held.id, "revision": held.revision}
        return bool((await self._errands.replace_one(unchanged, document)).matched_count)

    async def waiting(self) -> list[Errand]:
        wanted = {"state": {"$in": [State.ASKED, State.PROMISED]}}
        return [read(document) async for document in self._errands.find(wanted)]

    async def overdue(self, now: datetime) -> list[Errand]:
        wanted = {"state": {"$in": [State.ASKED, State.PROMISED]}, "deadline": {"$lte": now}}
        return [read(document) async for document in self._errands.find(wanted)]

    async def revisions(self, errand_ids: Collection[str]) -> dict[str, int]:
        """Of those that there are, in one trip."""
        wanted = {"_id": {"$in": list(errand_ids)}}
        found = self._errands.find(wanted, {"revision": 1}, batch_size=len(errand_ids) + 1)
        return {document["_id"]: document["revision"] async for document in found}

    async def newest(self, wanted: Document, limit: int) -> list[Errand]:
        """Those of a filter, the newest first."""
        found = self._errands.find(wanted).sort("asked_at", DESCENDING).limit(limit)
        return [read(document) async for document in found]

    async def next_reservation(self) -> str:
        """A number, because 2.1.1 has nothing else, each once for ever.

        Never below the seconds since 2020, so that a database restored from a backup gives none again.
        """
        floor = int((self._clock.now() - _NUMBERS_SINCE).total_seconds())
        following = {"$max": [{"$add": [{"$ifNull": ["$last", 0]}, 1]}, floor]}
        counter = await self._counters.find_one_and_update(
            {"_id": "reservation"},
            [{"$set": {"last": following}}],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return str(int(counter["last"]))


def _read(document: Document | None) -> Errand | None:
    return None if document is None else read(document)


def _document(errand: Errand) -> Document:
    words = ("response", "result", "cancellation")
    plain = (
        "secret", "module", "action", "partner", "asked_at", "deadline", "open_until", "state", "is_late",
        "trouble", "revision",
    )  # fmt: skip
    return {
        "_id": errand.id,
        "news": True,
        "cpo": str(errand.cpo),
        "about": dict(errand.about),
        "sessions": list(errand.sessions),
        **{name: getattr(errand, name) for name in plain},
        **{name: _word_document(getattr(errand, name)) for name in words},
    }


def read(document: Document) -> Errand:
    return Errand(
        id=document["_id"],
        secret=document["secret"],
        module=document["module"],
        action=document["action"],
        cpo=PartyId.parse(document["cpo"]),
        partner=document["partner"],
        about=document["about"],
        asked_at=document["asked_at"],
        deadline=document["deadline"],
        open_until=document["open_until"],
        state=State(document["state"]),
        response=_word(document["response"]),
        result=_word(document["result"]),
        is_late=document["is_late"],
        cancellation=_word(document["cancellation"]),
        trouble=document["trouble"],
        sessions=tuple(document["sessions"]),
        revision=document["revision"],
    )


def _word_document(word: Word | None) -> Document | None:
    return None if word is None else {"value": word.value, "body": word.body, "at": word.at}


def _word(document: Document | None) -> Word | None:
    return None if document is None else Word(document["value"], document["body"], document["at"])
