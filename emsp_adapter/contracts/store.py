"""Contracts in MongoDB, one document each, found by their id however it is spelled.

Each change is made to exactly what was read, so that a block and a change of limits at the same moment do not
write over each other. A contract that was changed is `unsettled` until its cards say what it says now.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from emsp_adapter.contracts.contract import Contract, ContractState
from ocpi.errors import PlatformFailed, UnknownObject
from ocpi.process.clock import Clock
from ocpi.process.mongo import (
    ASCENDING,
    Document,
    DuplicateKey,
    Index,
    InsertOne,
    Mongo,
    UpdateOne,
    Write,
    has_won,
    write_each,
)
from ocpi.wire.contract_id import bare

COLLECTION: Final = "contracts"
INDEXES = (
    Index(collection=COLLECTION, keys=(("contract.state", ASCENDING), ("_id", ASCENDING))),
    Index(collection=COLLECTION, keys=(("unsettled", ASCENDING),), partial={"unsettled": True}),
)
_ATTEMPTS: Final = 8
_MOST_KNOWN: Final = 10_000

Step = Callable[[Contract], Contract]


@dataclass(frozen=True, slots=True)
class KeptContract:
    """Each change gives it a `revision` that no contract had before.

    `is_owed`: somebody began to tell what it says, and may not have come to the end.
    """

    contract: Contract
    revision: int
    created_at: datetime
    changed_at: datetime
    is_owed: bool

    @property
    def bare_id(self) -> str:
        return bare(self.contract.contract_id)


@dataclass(frozen=True, slots=True)
class ContractChange:
    """`held` is what is written over, as it was read; None: nothing."""

    contract: Contract
    held: KeptContract | None


class Contracts:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._contracts = mongo.collection(COLLECTION)
        self._clock = clock
        self._known: OrderedDict[int, Contract] = OrderedDict()

    async def find(self, contract_id: str) -> Contract | None:
        kept = await self.kept(contract_id)
        return None if kept is None else kept.contract

    async def kept(self, contract_id: str) -> KeptContract | None:
        document = await self._contracts.find_one({"_id": bare(contract_id)})
        return None if document is None else self._read(document)

    async def kept_each(self, bare_ids: Collection[str]) -> dict[str, KeptContract]:
        """Those that there are, by bare id, in one trip."""
        found = self._contracts.find({"_id": {"$in": list(bare_ids)}}, batch_size=len(bare_ids) + 1)
        return {document["_id"]: self._read(document) async for document in found}

    async def revisions(self, bare_ids: Collection[str]) -> dict[str, int]:
        found = self._contracts.find(
            {"_id": {"$in": list(bare_ids)}}, {"revision": 1}, batch_size=len(bare_ids) + 1
        )
        return {document["_id"]: document["revision"] async for document in found}

    async def add(self, contract: Contract) -> bool:
        """False when there is one of that id."""
        now = self._clock.now()
        name = bare(contract.contract_id)
        try:
            await self._contracts.insert_one({"_id": name, "created_at": now, **_changed(contract, now)})
        except DuplicateKey:
            return False
        return True

    async def put(self, contract: Contract) -> None:
        """Whatever was there before, this is the contract now. Raises PlatformFailed."""
        if not await self.add(contract):
            await self.change(contract.contract_id, lambda _: contract)

    async def change(self, contract_id: str, step: Step) -> KeptContract:
        """What it is afterwards, and whether that was owed before. Raises UnknownObject, PlatformFailed, and
        whatever `step` raises.
        """
        for _ in range(_ATTEMPTS):
            held = await self.kept(contract_id)
            if held is None:
                raise UnknownObject(f"there is no contract {contract_id}")
            changed = step(held.contract)
            if changed == held.contract or await self._replace(held, changed):
                return replace(held, contract=changed)
        raise PlatformFailed(f"contract {contract_id} changes faster than it can be written")

    async def change_each(self, changes: Sequence[ContractChange]) -> list[bool]:
        """Many in one trip; False where somebody was faster."""
        now = self._clock.now()
        outcomes = await write_each(self._contracts, [_write(each, now) for each in changes])
        return [has_won(each) for each in outcomes]

    async def page(
        self, *, after: str = "", limit: int, state: ContractState | None = None
    ) -> list[Contract]:
        """In the order of their bare ids, from behind `after`."""
        wanted: Document = {"_id": {"$gt": bare(after)}} | ({"contract.state": state} if state else {})
        found = self._contracts.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [self._read(document).contract async for document in found]

    async def unsettled(self, changed_before: datetime, limit: int) -> list[str]:
        """Bare ids of those whose cards may not say yet what they say."""
        wanted = {"unsettled": True, "changed_at": {"$lte": changed_before}}
        return [document["_id"] async for document in self._contracts.find(wanted, {"_id": 1}).limit(limit)]

    async def settled(self, revisions: Mapping[str, int]) -> None:
        """By bare id: the cards say what each contract said as of that revision."""
        unchanged = {"_id": {"$in": list(revisions)}, "revision": {"$in": list(revisions.values())}}
        await self._contracts.update_many(unchanged, {"$unset": {"unsettled": ""}})

    def _read(self, document: Document) -> KeptContract:
        return KeptContract(
            contract=self._contract(document),
            revision=document["revision"],
            created_at=document["created_at"],
            changed_at=document["changed_at"],
            is_owed="unsettled" in document,
        )

    def _contract(self, document: Document) -> Contract:
        """Of a revision that was read before there is nothing to check: no other contract bears it."""
        revision = document["revision"]
        known = self._known.pop(revision, None) or Contract.model_validate(document["contract"])
        self._known[revision] = known
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return known

    async def _replace(self, held: KeptContract, changed: Contract) -> bool:
        unchanged = {"_id": held.bare_id, "revision": held.revision}
        news = _changed(changed, self._clock.now())
        return bool((await self._contracts.update_one(unchanged, {"$set": news})).matched_count)


def _changed(contract: Contract, now: datetime) -> Document:
    told: dict[str, Any] = contract.model_dump(mode="json", exclude_defaults=True)
    return {
        "contract": {**told, "state": contract.state.value},
        "revision": secrets.randbits(62),
        "changed_at": now,
        "unsettled": True,
    }


def _write(change: ContractChange, now: datetime) -> Write:
    name, news = bare(change.contract.contract_id), _changed(change.contract, now)
    if change.held is None:
        return InsertOne({"_id": name, "created_at": now, **news})
    return UpdateOne({"_id": name, "revision": change.held.revision}, {"$set": news}, upsert=True)
