"""What issuers told the hub of a card: read anew each time, so that a block counts at once in every process.

Cards that are asked about at the same time are looked up together.
"""

from collections.abc import Sequence
from itertools import count

from hub.authorization.card import Card
from hub.authorization.decision import Told
from hub.authorization.told_index import ToldIndex
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.process.batches import Batches
from ocpi.process.tasks import Supervisor
from schemas.kinds import ObjectKind, PartyId
from schemas.v2_3_0.enums import WhitelistType


class ToldCards:
    """`index` knows which cards need not be looked up."""

    def __init__(self, store: ObjectStore, index: ToldIndex, supervisor: Supervisor) -> None:
        self._store = store
        self._index = index
        self._number = count()
        self._batches: Batches[str, list[Record]] = Batches("look cards up", self._found, supervisor)

    async def of(self, card: Card, asker: PartyId) -> dict[PartyId, Record]:
        """By issuer: the newest of what it told everybody and what it told the asker."""
        if not self._index.may_hold(card.id):
            return {}
        found = await self._batches.add(str(next(self._number)), card.id)
        meant = [record for record in found if record.audience in (None, asker)]
        return {record.key.owner: record for record in sorted(meant, key=lambda each: each.last_updated)}

    async def facts(self, record: Record) -> Told:
        value = record.value()
        valid = value["valid"] is True
        was_valid = not valid and await self._was_valid(record)
        return Told(WhitelistType(value["whitelist"]), valid, was_valid)

    async def _was_valid(self, record: Record) -> bool:
        async for version in self._store.versions(record.key, record.audience):
            if Record(record.key, version.last_updated, version.body).value()["valid"] is True:
                return True
        return False

    async def _found(self, ids: Sequence[str]) -> list[list[Record] | Exception]:
        found = await self._store.named_each(ObjectKind.TOKEN, ids)
        return [found.get(each, []) for each in ids]
