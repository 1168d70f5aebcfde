"""Contracts in MongoDB, one document each, found by their id however it is spelled.

Each change is made to exactly what was read, so that a block and a change of limits at the same moment do not
write over each other. A contract that was changed is `unsettled` until its cards say what it says now.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from emsp_adapter.contracts.contract import Contract, ContractState
from ocpi.errors import PlatformFailed, UnknownObject
from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, Document, DuplicateKey, Index, Mongo
from ocpi.wire.contract_id import bare

COLLECTION: Final = "contracts"
INDEXES = (
    Index(collection=COLLECTION, keys=(("contract.state", ASCENDING), ("_id", ASCENDING))),
    Index(collection=COLLECTION, keys=(("unsettled", ASCENDING),), partial={"unsettled": True}),
)
_ATTEMPTS: Final = 8

Step = Callable[[Contract], Contract]


@dataclass(frozen=True, slots=True)
class KeptContract:
    """`revision` rises with each change."""

    contract: Contract
    revision: int
    created_at: datetime
    changed_at: datetime

    @property
    def bare_id(self) -> str:
        return bare(self.contract.contract_id)


class Contracts:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._contracts = mongo.collection(COLLECTION)
        self._clock = clock

    async def find(self, contract_id: str) -> Contract | None:
        kept = await self.kept(contract_id)
        return None if kept is None else kept.contract

    async def kept(self, contract_id: str) -> KeptContract | None:
        document = await self._contracts.find_one({"_id": bare(contract_id)})
        return None if document is None else _read(document)

    async def kept_each(self, bare_ids: Collection[str]) -> dict[str, KeptContract]:
        """Those that there are, by bare id, in one trip."""
        found = self._contracts.find({"_id": {"$in": list(bare_ids)}}, batch_size=len(bare_ids) + 1)
        return {document["_id"]: _read(document) async for document in found}

    async def revisions(self, bare_ids: Collection[str]) -> dict[str, int]:
        found = self._contracts.find({"_id": {"$in": list(bare_ids)}}, {"revision": 1})
        return {document["_id"]: document["revision"] async for document in found}

    async def add(self, contract: Contract) -> bool:
        """False when there is one of that id."""
        now = self._clock.now()
        try:
            await self._contracts.insert_one(
                {"_id": bare(contract.contract_id), "created_at": now, **_changed(contract, 1, now)}
            )
        except DuplicateKey:
            return False
        return True

    async def put(self, contract: Contract) -> Contract:
        """Whatever was there before, this is the contract now. Raises PlatformFailed."""
        if await self.add(contract):
            return contract
        return await self.change(contract.contract_id, lambda _: contract)

    async def change(self, contract_id: str, step: Step) -> Contract:
        """What it is afterwards. Raises UnknownObject, PlatformFailed, and whatever `step` raises."""
        for _ in range(_ATTEMPTS):
            held = await self.kept(contract_id)
            if held is None:
                raise UnknownObject(f"there is no contract {contract_id}")
            changed = step(held.contract)
            if changed == held.contract or await self._replace(held, changed):
                return changed
        raise PlatformFailed(f"contract {contract_id} changes faster than it can be written")

    async def page(
        self, *, after: str = "", limit: int, state: ContractState | None = None
    ) -> list[Contract]:
        """In the order of their bare ids, from behind `after`."""
        wanted: Document = {"_id": {"$gt": bare(after)}} | ({"contract.state": state} if state else {})
        found = self._contracts.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [_read(document).contract async for document in found]

    async def unsettled(self, changed_before: datetime, limit: int) -> list[str]:
        """Bare ids of those whose cards may not say yet what they say."""
        wanted = {"unsettled": True, "changed_at": {"$lte": changed_before}}
        return [document["_id"] async for document in self._contracts.find(wanted, {"_id": 1}).limit(limit)]

    async def settled(self, bare_id: str, revision: int) -> None:
        """Its cards say what it said as of that revision."""
        unchanged = {"_id": bare_id, "revision": revision}
        await self._contracts.update_one(unchanged, {"$unset": {"unsettled": ""}})

    async def _replace(self, held: KeptContract, changed: Contract) -> bool:
        unchanged = {"_id": held.bare_id, "revision": held.revision}
        news = _changed(changed, held.revision + 1, self._clock.now())
        return bool((await self._contracts.update_one(unchanged, {"$set": news})).matched_count)


def _changed(contract: Contract, revision: int, now: datetime) -> Document:
    told: dict[str, Any] = contract.model_dump(mode="json", exclude_defaults=True)
    state = {"state": contract.state.value}
    return {"contract": {**told, **state}, "revision": revision, "changed_at": now, "unsettled": True}


def _read(document: Document) -> KeptContract:
    return KeptContract(
        contract=Contract.model_validate(document["contract"]),
        revision=document["revision"],
        created_at=document["created_at"],
        changed_at=document["changed_at"],
    )
