"""What the operator can see of deliveries, and do about them: look, try again what was given up, tell anew.

Of an object that somebody lacks its name, the hash of its body and the reason are shown, never the body.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ocpi.delivery.dispatcher import Delivery
from ocpi.delivery.marks import COLLECTION, Due, as_told
from ocpi.delivery.outbox import Outbox
from ocpi.objects.store import ObjectStore
from ocpi.process.mongo import Document, Mongo
from schemas.kinds import ObjectKind, PartyId

_AT_ONCE: Final = 1000


class State(StrEnum):
    WAITING = "waiting"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which marks; None does not narrow. `since` is when they were parked, at the earliest."""

    to: PartyId | None = None
    kind: ObjectKind | None = None
    state: State | None = None
    mark: str | None = None
    since: datetime | None = None

    def filter(self) -> Document:
        named = {"_id": self.mark, "kind": self.kind, "to": None if self.to is None else str(self.to)}
        found: Document = {name: value for name, value in named.items() if value is not None}
        if self.state is State.WAITING:
            found = {"kind": {"$in": list(ObjectKind)}, **found, "next_try": {"$exists": True}}
        if self.state is State.PARKED or self.since is not None:
            found["parked_at"] = {"$exists": True} if self.since is None else {"$gte": self.since}
        return found


class Recovery:
    def __init__(self, *, mongo: Mongo, outbox: Outbox, delivery: Delivery, store: ObjectStore) -> None:
        self._marks = mongo.collection(COLLECTION)
        self._outbox = outbox
        self._delivery = delivery
        self._store = store

    async def listed(self, wanted: Wanted, limit: int) -> list[Document]:
        """The longest waiting first; `digest` is of the body as it would be sent now."""
        found = self._marks.find(wanted.filter(), {"state.body": False}).sort("since").limit(limit)
        marks = [document async for document in found]
        digests = await self._store.digests({mark["object_id"] for mark in marks})
        return [{**as_told(mark), "digest": digests.get(mark["object_id"])} for mark in marks]

    async def receipts(self, to: PartyId | None, kind: ObjectKind | None, limit: int) -> list[Document]:
        """What was delivered, the last first."""
        return await self._outbox.receipts.newest(to, kind, limit)

    async def revive(self, wanted: Wanted) -> int:
        """Try again what was parked; how many marks that are."""
        revived = await self._outbox.revive(wanted.filter())
        self._delivery.look_soon()
        return revived

    async def replay(self, to: PartyId, since: datetime) -> int:
        """Tell a party once more what it was told from then on, as it is now: it may have lost that.

        How many objects that are. Bills go last, so that whatever they refer to is there.
        """
        dues = {each["object_id"]: _due(each) for each in await self._outbox.receipts.since(to, since)}
        for some in _some(sorted(dues.values(), key=lambda due: due.kind is ObjectKind.CDR)):
            await self._delivery.mark(*some)
        return len(dues)


def _due(receipt: Document) -> Due:
    return Due(
        object_id=receipt["object_id"],
        kind=ObjectKind(receipt["kind"]),
        sender=PartyId.parse(receipt["sender"]),
        to=PartyId.parse(receipt["to"]),
        role=receipt["role"],
        is_retold=True,
    )


def _some(dues: Sequence[Due]) -> Iterable[Sequence[Due]]:
    return (dues[begin : begin + _AT_ONCE] for begin in range(0, len(dues), _AT_ONCE))
