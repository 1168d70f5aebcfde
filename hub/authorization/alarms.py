"""What somebody should look at: a card that two issuers claim, a party that guesses cards.

One record for each such thing, counted up when it happens again, and kept for ninety days after the last
time; a metric and a warning go with it. Cards stand here by their pseudonyms.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Final

from hub.authorization.card import Card
from ocpi.process.clock import Clock
from ocpi.process.logs import logger, pseudonym
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo
from ocpi.process.tasks import Supervisor
from schemas.kinds import PartyId

log = logger(__name__)

COLLECTION: Final = "card_alarms"
KEPT_FOR: Final = timedelta(days=90)
INDEXES = (
    Index(collection=COLLECTION, keys=(("last_at", DESCENDING),)),
    Index(collection=COLLECTION, keys=(("expires_at", ASCENDING),), expire_after_s=0),
)


class AlarmKind(StrEnum):
    TWO_CLAIMANTS = "TWO_CLAIMANTS"
    GUESSING = "GUESSING"


class Alarms:
    def __init__(self, *, mongo: Mongo, clock: Clock, metrics: Metrics, supervisor: Supervisor) -> None:
        self._alarms = mongo.collection(COLLECTION)
        self._clock = clock
        self._supervisor = supervisor
        self._raised = metrics.counter("card_alarms", "Alarms about cards, by kind.", ("kind",))

    def contested(self, asker: PartyId, card: Card, claimants: Sequence[PartyId]) -> None:
        named, claims = pseudonym(card.id), [str(each) for each in claimants]
        log.warning("a card is claimed twice", party=str(asker), card=named, claimants=claims)
        self._raise(AlarmKind.TWO_CLAIMANTS, asker, named, claims)

    def guessing(self, asker: PartyId) -> None:
        self._raise(AlarmKind.GUESSING, asker, None, [])

    async def listed(self, limit: int) -> list[Document]:
        """The latest first."""
        return [each async for each in self._alarms.find({}).sort("last_at", DESCENDING).limit(limit)]

    def _raise(self, kind: AlarmKind, asker: PartyId, card: str | None, claimants: list[str]) -> None:
        self._raised.labels(kind).inc()
        now = self._clock.now()
        facts = {"kind": kind, "asker": str(asker), "card": card, "claimants": claimants}
        change: Document = {
            "$set": {**facts, "last_at": now, "expires_at": now + KEPT_FOR},
            "$setOnInsert": {"first_at": now},
            "$inc": {"times": 1},
        }
        written = partial(self._write, "|".join((kind, str(asker), card or "")), change)
        self._supervisor.start("record an alarm", written)

    async def _write(self, name: str, change: Document) -> None:
        await self._alarms.update_one({"_id": name}, change, upsert=True)
