"""Cards in MongoDB, one document each; the Tokens that CPOs see are made of them.

A card that was changed is unsettled until its token says so and everybody is told; whoever changes it does
that at once, and who dies meanwhile leaves the card to be found.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from emsp_adapter.contracts.cards import Block, Card, KeptCard
from ocpi.errors import PlatformFailed
from ocpi.process.clock import Clock
from ocpi.process.mongo import (
    ASCENDING,
    Document,
    Index,
    InsertOne,
    Mongo,
    UpdateOne,
    Write,
    has_won,
    write_each,
)

COLLECTION: Final = "cards"
INDEXES = (
    Index(collection=COLLECTION, keys=(("contract", ASCENDING), ("_id", ASCENDING))),
    Index(collection=COLLECTION, keys=(("unsettled", ASCENDING),), partial={"unsettled": {"$exists": True}}),
)
_ATTEMPTS: Final = 8
_PAGE: Final = 1000

Step = Callable[[KeptCard | None], KeptCard]


@dataclass(frozen=True, slots=True)
class CardChange:
    """`held` is what is written over, as it was read; None: nothing."""

    card: KeptCard
    held: KeptCard | None


class CardStore:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._cards = mongo.collection(COLLECTION)
        self._clock = clock

    async def find(self, name: str) -> KeptCard | None:
        document = await self._cards.find_one({"_id": name})
        return None if document is None else _read(document)

    async def find_each(self, names: Collection[str]) -> dict[str, KeptCard]:
        """Those that there are, in one trip."""
        found = self._cards.find({"_id": {"$in": list(names)}}, batch_size=len(names) + 1)
        return {document["_id"]: _read(document) async for document in found}

    async def revisions(self, names: Collection[str]) -> dict[str, int]:
        found = self._cards.find({"_id": {"$in": list(names)}}, {"revision": 1}, batch_size=len(names) + 1)
        return {document["_id"]: document["revision"] async for document in found}

    async def rows(self, names: Collection[str]) -> dict[str, str | None]:
        """Of those that there are, which row of a file said what they say."""
        found = self._cards.find({"_id": {"$in": list(names)}}, {"told": 1}, batch_size=len(names) + 1)
        return {document["_id"]: document["told"] async for document in found}

    async def page(self, *, after: str, limit: int) -> list[KeptCard]:
        """In the order of their names, from behind `after`."""
        found = self._cards.find({"_id": {"$gt": after}}).sort("_id", ASCENDING).limit(limit)
        return [_read(document) async for document in found]

    async def of_contracts(self, contracts: Collection[str]) -> AsyncIterator[KeptCard]:
        """Of any of these bare ids."""
        wanted = {"contract": {"$in": list(contracts)}}
        async for document in self._cards.find(wanted, batch_size=_PAGE):
            yield _read(document)

    async def of_contract(self, contract: str, limit: int) -> list[KeptCard]:
        """Of this bare id, in the order of their names."""
        found = self._cards.find({"contract": contract}).sort("_id", ASCENDING).limit(limit)
        return [_read(document) async for document in found]

    async def imported(self) -> AsyncIterator[list[str]]:
        """Names of those that a file brought, and that are not said to be missing there; a page at a time."""
        wanted: Document = {"imported": True, "missing": False}
        names = [""]
        while names:
            behind = {**wanted, "_id": {"$gt": names[-1]}}
            found = self._cards.find(behind, {"_id": 1}).sort("_id", ASCENDING).limit(_PAGE)
            names = [document["_id"] for document in await found.to_list(None)]
            yield names

    async def unsettled(self, since_before: datetime, limit: int) -> list[str]:
        wanted = {"unsettled": {"$lte": since_before}}
        return [document["_id"] async for document in self._cards.find(wanted, {"_id": 1}).limit(limit)]

    async def change(self, name: str, step: Step) -> KeptCard:
        """What it is afterwards, and whether that was owed before. Raises PlatformFailed, and whatever `step`
        raises.
        """
        for _ in range(_ATTEMPTS):
            held = await self.find(name)
            changed = step(held)
            if changed == held:
                return held
            renewed = replace(changed, revision=new_revision())
            if await self.write_each([CardChange(renewed, held)]) == [True]:
                return renewed
        raise PlatformFailed("this card changes faster than it can be written")

    async def write_each(self, changes: Sequence[CardChange]) -> list[bool]:
        """All in one trip, each with its `new_revision`; False where somebody was faster."""
        now = self._clock.now()
        writes = [_write(each.card, each.held, now) for each in changes]
        return [has_won(outcome) for outcome in await write_each(self._cards, writes)]

    async def settled(self, cards: Mapping[str, KeptCard]) -> bool:
        """False if one of them has changed since."""
        revisions = {each.revision for each in cards.values()}
        wanted = {"_id": {"$in": list(cards)}, "revision": {"$in": list(revisions)}}
        settled = await self._cards.update_many(wanted, {"$unset": {"unsettled": ""}})
        return settled.matched_count == len(cards)


def new_revision() -> int:
    """One that no card had before; cards that are written together may share it."""
    return secrets.randbits(62)


def _write(card: KeptCard, held: KeptCard | None, now: datetime) -> Write:
    name = card.name
    if held is None:
        return InsertOne({"_id": name, **_document(card, now)})
    return UpdateOne({"_id": name, "revision": held.revision}, {"$set": _document(card, now)}, upsert=True)


def _document(kept: KeptCard, now: datetime) -> Document:
    block = kept.block
    return {
        "card": {name: value for name, value in kept.card.__dict__.items() if value is not None},
        "contract": kept.contract,
        "block": None if block is None else {"reason": block.reason, "at": block.at},
        "told": kept.told,
        "imported": kept.is_imported,
        "missing": kept.is_missing,
        "revision": kept.revision,
        "unsettled": now,
    }


def _read(document: Document) -> KeptCard:
    block: dict[str, Any] | None = document["block"]
    return KeptCard(
        card=Card.model_validate(document["card"]),
        block=None if block is None else Block(block["reason"], block["at"]),
        told=document["told"],
        is_imported=document["imported"],
        is_missing=document["missing"],
        is_owed="unsettled" in document,
        revision=document["revision"],
    )
