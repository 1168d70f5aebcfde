"""Whose card a CPO has used before: learned from answers, sessions and bills, forgotten when it was wrong.

What one CPO has seen counts for that CPO alone, so that nobody can teach the hub whose cards another's are.
Cards are kept as keyed pseudonyms. A memory is renewed by use, once a day, and lives for ninety days without.
"""

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from hub.authorization.card import Card
from ocpi.process.batches import Batches
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import ASCENDING, Index, Mongo, UpdateOne, Written, write_each
from ocpi.process.tasks import Supervisor
from schemas.kinds import PartyId

log = logger(__name__)

COLLECTION: Final = "learned_issuers"
LIFETIME: Final = timedelta(days=90)
_RENEWED_AFTER_S: Final = 24 * 3600
_MOST_RECENT: Final = 10_000
INDEXES = (Index(collection=COLLECTION, keys=(("expires_at", ASCENDING),), expire_after_s=0),)


class Learned:
    """`key` makes the pseudonyms: every process on one database needs the same."""

    def __init__(self, *, mongo: Mongo, clock: Clock, key: bytes, supervisor: Supervisor) -> None:
        self._learned = mongo.collection(COLLECTION)
        self._clock = clock
        self._key = key
        self._recent: OrderedDict[str, tuple[PartyId, float]] = OrderedDict()
        self._batches: Batches[UpdateOne, Written] = Batches("learn issuers", self._send, supervisor)

    def note(self, asker: PartyId, card: Card, issuer: PartyId) -> None:
        """Written soon, and not waited for: what is lost by a crash is found out again."""
        name, now_s = self._name(asker, card), self._clock.monotonic()
        noted, at_s = self._recent.get(name, (None, 0.0))
        if noted == issuer and now_s - at_s < _RENEWED_AFTER_S:
            return
        self._remember(name, issuer, now_s)
        fields = {"issuer": str(issuer), "expires_at": self._clock.now() + LIFETIME}
        written = self._batches.add(name, UpdateOne({"_id": name}, {"$set": fields}, upsert=True))
        written.add_done_callback(partial(self._written, name))

    def is_fresh(self, asker: PartyId, card: Card, issuer: PartyId) -> bool:
        """Whether this process learned it lately; the database is not asked."""
        noted, _ = self._recent.get(self._name(asker, card), (None, 0.0))
        return noted == issuer

    async def issuer(self, asker: PartyId, card: Card) -> PartyId | None:
        name = self._name(asker, card)
        found = await self._learned.find_one({"_id": name})
        if found is None or found["expires_at"] <= self._clock.now():
            self._recent.pop(name, None)
            return None
        return PartyId.parse(found["issuer"])

    async def forget(self, asker: PartyId, card: Card, issuer: PartyId) -> None:
        """It was wrong; what has been learned meanwhile stays."""
        name = self._name(asker, card)
        self._recent.pop(name, None)
        await self._learned.delete_one({"_id": name, "issuer": str(issuer)})

    def _name(self, asker: PartyId, card: Card) -> str:
        return hmac.digest(self._key, f"{asker}|{card.id}".encode(), "sha256").hex()

    def _remember(self, name: str, issuer: PartyId, now_s: float) -> None:
        self._recent[name] = issuer, now_s
        self._recent.move_to_end(name)
        if len(self._recent) > _MOST_RECENT:
            self._recent.popitem(last=False)

    def _written(self, name: str, written: "asyncio.Future[Any]") -> None:
        if not written.cancelled() and (error := written.exception()) is not None:
            self._recent.pop(name, None)
            log.warning("an issuer was not learned", error=str(error))

    async def _send(self, writes: Sequence[UpdateOne]) -> Sequence[Written | Exception]:
        return await write_each(self._learned, writes)
